/** The engine's source on encoders that are not ours: H.265 by GStreamer, and key frames that a camera is asked for. */
import { spawnSync } from 'node:child_process';
import { SourceRecording } from '@pantau/media/testing/source-recording';
import { expect, it } from 'vitest';
import { eventually } from './support/eventually.ts';
import { GstCamera } from './support/gst-camera.ts';
import { describeWith } from './support/requirements.ts';
import { useStage } from './support/stage.ts';

describeWith('H.265 of GStreamer', ['gstreamer-x265', 'ffmpeg'], () => {
  const stage = useStage(async (stack) => {
    const camera = stack.use(await GstCamera.open([{ path: '/h265', codec: 'h265', gopSeconds: 1 }]));
    return { camera };
  });

  it('becomes an MP4 that ffmpeg decodes without a complaint, picture by picture', async () => {
    await using recording = await SourceRecording.open(stage.props.camera.url('/h265'));
    await eventually('four groups of pictures', () => recording.keyframes >= 4 || undefined, {
      timeoutMs: 20_000,
    });
    expect(recording.config?.video).toMatchObject({ codec: 'h265', width: 640, height: 360 });
    expect(recording.config?.video?.codecString).toMatch(/^hvc1\.1\.6\.L\d+/);
    const { length } = recording.samples;
    const args = ['-v', 'error', '-i', 'pipe:0', '-fps_mode', 'passthrough', '-f', 'framemd5', '-'];
    const { stdout, stderr } = spawnSync('ffmpeg', args, {
      input: recording.encodeMp4(),
      maxBuffer: 1 << 24,
    });
    expect(stderr.toString()).toBe('');
    const lines = stdout.toString().split('\n');
    expect(lines.filter((line) => /^\d/.test(line))).toHaveLength(length);
  });
});

describeWith('a camera that can be asked for key frames', ['gstreamer'], () => {
  const stage = useStage(async (stack) => {
    const camera = stack.use(await GstCamera.open([{ path: '/asked', feedback: true, gopSeconds: 60 }]));
    return { camera };
  });

  it('sends one soon, where its group of pictures lasts a minute', async () => {
    await using recording = await SourceRecording.open(stage.props.camera.url('/asked'));
    await eventually('the first second', () => recording.samples.length > 30 || undefined, {
      timeoutMs: 20_000,
    });
    const before = recording.keyframes;
    recording.requestKeyframe();
    await eventually('another key frame', () => recording.keyframes > before || undefined, {
      timeoutMs: 5_000,
    });
  });
});
