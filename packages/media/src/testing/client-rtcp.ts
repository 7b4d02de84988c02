/** What clients say to the fake camera by RTCP. */

/** Whether a compound RTCP packet holds a PLI (RFC 4585 6.3.1) or a FIR (RFC 5104 4.3.1). */
export function asksForKeyframe(compound: Buffer): boolean {
  for (let at = 0; at + 4 <= compound.length; at += 4 + compound.readUInt16BE(at + 2) * 4) {
    const format = (compound[at] ?? 0) & 31;
    if (compound[at + 1] === 206 && (format === 1 || format === 4)) return true;
  }
  return false;
}

const RECEIVER_REPORT = 201;
const GOODBYE = 203;

/** What a compound packet begins with: a receiver report, with a goodbye behind it or not; undefined for anything else. */
export function readReport(compound: Buffer): { readonly saysGoodbye: boolean } | undefined {
  if (compound[1] !== RECEIVER_REPORT) return undefined;
  // the last packet of a compound one
  return { saysGoodbye: compound.at(-7) === GOODBYE };
}
