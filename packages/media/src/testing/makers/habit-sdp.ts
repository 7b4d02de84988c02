/** Descriptions written line by line as a maker writes them. */
import type { Clip } from '../clip.ts';
import { withParameterSetBits } from './habit-packing.ts';
import { fillIn, type CameraHabits } from './habits.ts';

/**
 * Fills in: `{host}`, `{path}`, `{name}`, `{fps}`, `{sprop}`, `{vps}` `{sps}` `{pps}` (base64), `{profile}` (hex of the SPS),
 * `{config}` (hex, of AAC).
 */
export function formatHabitSdp(
  clip: Clip,
  habits: CameraHabits,
  of: { readonly host: string; readonly path: string; readonly name: string },
): string {
  const { video, audio } = clip;
  const [sps, pps] = [video.sps, video.pps].map((set) => withParameterSetBits(set, habits.packing));
  if (sps === undefined || pps === undefined) throw new Error('a clip has two sets');
  const values = {
    ...of,
    fps: video.fps,
    sprop: habits.messages.sprop(sps, pps),
    vps: video.codec === 'h265' ? video.vps.toString('base64') : '',
    sps: sps.toString('base64'),
    pps: pps.toString('base64'),
    profile: sps.toString('hex', 1, 4),
    config: audio?.config.toString('hex') ?? '',
  };
  return (habits.messages.sdp ?? []).map((line) => `${fillIn(line, values)}\r\n`).join('');
}
