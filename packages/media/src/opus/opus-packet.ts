/** Opus packets (RFC 6716 section 3): how long one lasts, from its first one or two bytes. */

/** Ticks of every Opus track (RFC 7587 section 4.1), whatever rate the encoder was fed with. */
export const OPUS_RATE = 48_000;
/** Section 3.2.5: 120 ms. */
const MAX_PACKET_TICKS = 5760;
/** Frame lengths by the low bits of the configuration number (table 2), in ticks. */
const SILK = [480, 960, 1920, 2880];
const HYBRID = [480, 960];
const CELT = [120, 240, 480, 960];
const FIRST_HYBRID = 12;
const FIRST_CELT = 16;

/** Length of the packet in ticks of 48 kHz; undefined when it is not an Opus packet. */
export function findOpusTicks(packet: Buffer): number | undefined {
  const [toc, second] = packet;
  if (toc === undefined) return undefined;
  const code = toc & 3;
  const frames = code === 0 ? 1 : code < 3 ? 2 : (second ?? 0) & 0x3f;
  const ticks = frames * frameTicks(toc >> 3);
  return ticks > 0 && ticks <= MAX_PACKET_TICKS ? ticks : undefined;
}

function frameTicks(configuration: number): number {
  if (configuration < FIRST_HYBRID) return SILK[configuration & 3] ?? 0;
  if (configuration < FIRST_CELT) return HYBRID[configuration & 1] ?? 0;
  return CELT[configuration & 3] ?? 0;
}
