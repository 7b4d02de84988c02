/**
 * A frame of silence, to fill holes in a sound track: browsers stop the picture where the sound has a hole.
 * It is the shortest AAC-LC frame there is: no scale factor bands, no tools (ISO/IEC 14496-3 section 4.4.2).
 *
 *   mono    ID_SCE 000 · tag 0000 · gain 8 × 0 · ics_info 11 × 0 · three tools off · ID_END 111
 *   stereo  ID_CPE 001 · tag 0000 · common window 1 · ics_info 11 × 0 · ms_mask 00 · 2 × (gain, tools off) · ID_END 111
 */

const MONO = Buffer.from('00000007', 'hex');
const STEREO = Buffer.from('21000000001c', 'hex');

/** A frame for this format; undefined for formats other than AAC-LC, mono or stereo. */
export function findSilentFrame(codecString: string, channels: number): Buffer | undefined {
  if (codecString !== 'mp4a.40.2') return undefined;
  if (channels === 1) return MONO;
  return channels === 2 ? STEREO : undefined;
}
