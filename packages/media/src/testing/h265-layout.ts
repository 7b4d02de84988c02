/** H.265 pictures as RTP payloads (RFC 7798): single units, aggregation packets, fragmentation units. */
import { layOut, type PacketRun, type PacketShape } from './rtp-layout.ts';

const AGGREGATION = 48;
const FRAGMENTATION = 49;

/** As `packetiseNals`. @param marker sets the marker bit of the last packet: the run ends its access unit. */
export function packetiseH265Nals(nals: readonly Buffer[], shape: PacketShape, marker: boolean): PacketRun {
  const payloads: Buffer[] = [];
  let group: Buffer[] = [];
  let groupBytes = 2;
  const flush = () => {
    if (group.length === 1) payloads.push(...group);
    else if (group.length > 1) payloads.push(aggregate(group));
    group = [];
    groupBytes = 2;
  };
  for (const nal of nals) {
    if (nal.length > shape.mtuBytes || shape.fragments?.wholeFragments === true) {
      flush();
      payloads.push(...fragment(nal, shape.mtuBytes));
      continue;
    }
    if (!shape.aggregate || groupBytes + 2 + nal.length > shape.mtuBytes) flush();
    group.push(nal);
    groupBytes += 2 + nal.length;
  }
  flush();
  return layOut(payloads, shape.payloadType, marker);
}

/** Payload header of type 48, layer 0, and the lowest temporal id of the units (section 4.4.2). */
function aggregate(nals: readonly Buffer[]): Buffer {
  const temporalId = Math.min(...nals.map((nal) => (nal[1] ?? 1) & 7));
  const parts: Buffer[] = [Buffer.from([AGGREGATION << 1, temporalId])];
  for (const nal of nals) parts.push(Buffer.from([nal.length >> 8, nal.length & 0xff]), nal);
  return Buffer.concat(parts);
}

/** Section 4.4.3. */
function fragment(nal: Buffer, mtuBytes: number): Buffer[] {
  const [first = 0, second = 0] = nal;
  const type = (first >> 1) & 63;
  const room = mtuBytes - 3;
  const fragments: Buffer[] = [];
  for (let at = 2; at < nal.length; at += room) {
    const start = at === 2 ? 0x80 : 0;
    const end = at + room >= nal.length ? 0x40 : 0;
    const prefix = Buffer.from([(first & 0x81) | (FRAGMENTATION << 1), second, start | end | type]);
    fragments.push(Buffer.concat([prefix, nal.subarray(at, at + room)]));
  }
  return fragments;
}
