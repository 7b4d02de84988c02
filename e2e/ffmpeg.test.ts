/** FFmpeg as a strict viewer: it plays the public address for 20 seconds without a line at its level `error`. */
import { expect, it } from 'vitest';
import { runCommand } from './support/child.ts';
import { GstCamera } from './support/gst-camera.ts';
import { PantauServer } from './support/pantau-server.ts';
import { describeWith } from './support/requirements.ts';
import { useStage } from './support/stage.ts';

const SECONDS = 20;

interface Packet {
  readonly codec_type: string;
  readonly dts_time: string;
  readonly pts_time: string;
}

describeWith('ffmpeg and ffprobe', ['ffmpeg', 'gstreamer'], () => {
  const stage = useStage(async (stack) => {
    const camera = stack.use(
      await GstCamera.open([
        { path: '/baseline', audio: true },
        { path: '/bframes', profile: 'high-bframes', audio: true },
      ]),
    );
    const server = stack.use(await PantauServer.open());
    await server.addCameras(['baseline', 'bframes'].map((name) => ({ name, url: camera.url(`/${name}`) })));
    return { camera, server };
  });

  it.concurrent.each(['baseline', 'bframes'])(
    'decode the %s camera for 20 s without an error',
    async (name) => {
      const { server } = stage.props;
      const entry = await server.stream(name);
      const args = [
        '-v',
        'error',
        '-nostdin',
        '-i',
        `${server.url}${entry.streams.hls}`,
        '-t',
        String(SECONDS),
        // The camera's own times, not ones rounded to the nominal frame rate.
        '-fps_mode',
        'passthrough',
        '-enc_time_base',
        '-1',
        '-f',
        'null',
        '-',
      ];
      const { code, stderr } = await runCommand('ffmpeg', { args, timeoutMs: 60_000 });
      expect(stderr).toBe('');
      expect(code).toBe(0);
    },
  );

  it.concurrent.each([
    { name: 'baseline', hasReorder: false },
    { name: 'bframes', hasReorder: true },
  ])('read rising times and 25 fps from the $name camera', async ({ name, hasReorder }) => {
    const { server } = stage.props;
    const entry = await server.stream(name);
    const args = [
      '-v',
      'error',
      '-read_intervals',
      `%+${SECONDS}`,
      '-show_entries',
      'packet=codec_type,dts_time,pts_time',
      '-of',
      'json',
    ];
    const { stdout, stderr } = await runCommand('ffprobe', {
      args: [...args, `${server.url}${entry.streams.hls}`],
      timeoutMs: 60_000,
    });
    expect(stderr).toBe('');
    const { packets } = JSON.parse(stdout) as { packets: readonly Packet[] }; // ffprobe's documented shape
    for (const kind of ['video', 'audio']) {
      const times = packets
        .filter((packet) => packet.codec_type === kind)
        .map((packet) => Number(packet.dts_time));
      const steps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
      expect(times.length, kind).toBeGreaterThan(kind === 'video' ? 25 * (SECONDS - 4) : 40 * (SECONDS - 4));
      expect(Math.min(...steps), `${kind}: smallest step`).toBeGreaterThan(0);
      expect(Math.max(...steps), `${kind}: widest step`).toBeLessThan(0.5);
    }
    const video = packets.filter((packet) => packet.codec_type === 'video');
    const span = Number(video.at(-1)?.dts_time) - Number(video[0]?.dts_time);
    expect((video.length - 1) / span).toBeGreaterThan(24);
    expect((video.length - 1) / span).toBeLessThan(26);
    const reordered = video.filter((packet) => Number(packet.pts_time) - Number(packet.dts_time) > 0.001);
    expect(reordered.length > 0).toBe(hasReorder);
    expect(video.every((packet) => Number(packet.pts_time) >= Number(packet.dts_time) - 0.001)).toBe(true);
  });
});
