/**
 * Packets prepared once and sent many times. A run is a block of interleaved frames (RFC 2326 10.12) that lie one behind the other:
 *
 *   '$' ch len len │ V P X CC │ M PT │ seq seq │ ts ts ts ts │ ssrc … │ payload … │ '$' ch …
 *   └────────── 4 ─┴──────────────── 12, patched per client ──────────┴───────────┘
 *
 * Sending to a client is one copy of the block and a few bytes patched per packet. Payload formats: RFC 6184 (single NAL unit,
 * STAP-A, FU-A; packetization-mode 1) and RFC 3640 (AAC-hbr, one access unit per packet). Those of H.265 are in `h265-layout.ts`.
 */

export interface PacketRun {
  readonly bytes: Buffer;
  /** Where each `$` stands. */
  readonly offsets: readonly number[];
}

export interface PacketShape {
  readonly payloadType: number;
  /** Largest RTP payload; a larger NAL unit is fragmented. */
  readonly mtuBytes: number;
  /** Small NAL units share a packet (STAP-A). */
  readonly aggregate: boolean;
  /** Oddities of fragments. Default none. */
  readonly fragments?: FragmentHabits;
}

/** What cameras do to fragments; see `makers/habits.ts`. */
export interface FragmentHabits {
  readonly wholeFragments: boolean;
  readonly reservedBit: boolean;
  readonly driftingType: boolean;
}

/** What differs between clients. `sequence` is that of the run's first packet. */
export interface PacketStamp {
  readonly channel: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  /** False clears every marker bit. */
  readonly markers: boolean;
  /** Default that of the layout. */
  readonly payloadType?: number;
}

const PREFIX_BYTES = 16;

/** @param marker sets the marker bit of the last packet: the run ends its access unit. */
export function packetiseNals(nals: readonly Buffer[], shape: PacketShape, marker: boolean): PacketRun {
  const payloads: Buffer[] = [];
  let group: Buffer[] = [];
  let groupBytes = 1;
  const flush = () => {
    if (group.length === 1) payloads.push(...group);
    else if (group.length > 1) payloads.push(stapA(group));
    group = [];
    groupBytes = 1;
  };
  for (const nal of nals) {
    if (nal.length > shape.mtuBytes || shape.fragments?.wholeFragments === true) {
      flush();
      payloads.push(...fuA(nal, shape.mtuBytes, shape.fragments));
      continue;
    }
    if (!shape.aggregate || groupBytes + 2 + nal.length > shape.mtuBytes) flush();
    group.push(nal);
    groupBytes += 2 + nal.length;
  }
  flush();
  return layOut(payloads, shape.payloadType, marker);
}

/** One access unit with its AU header (sizelength 13, indexlength 3). The marker bit is always set (RFC 3640 3.1). */
export function packetiseAac(frame: Buffer, payloadType: number): PacketRun {
  const header = Buffer.from([0, 16, (frame.length >> 5) & 0xff, (frame.length & 31) << 3]);
  return layOut([Buffer.concat([header, frame])], payloadType, true);
}

/** A payload that is ready as it is, in a packet with the marker: sound other than AAC. */
export function packetisePayload(payload: Buffer, payloadType: number): PacketRun {
  return layOut([payload], payloadType, true);
}

/** Copies `runs` for one client. `stamp.sequence` counts on through them; returns the block and the sequence number after it. */
export function stampRuns(
  runs: readonly PacketRun[],
  stamp: PacketStamp,
): { bytes: Buffer; nextSequence: number } {
  const bytes = Buffer.allocUnsafe(runs.reduce((sum, run) => sum + run.bytes.length, 0));
  let base = 0;
  let sequence = stamp.sequence;
  for (const run of runs) {
    run.bytes.copy(bytes, base);
    for (const offset of run.offsets) {
      const at = base + offset;
      bytes[at + 1] = stamp.channel;
      if (stamp.payloadType !== undefined) bytes[at + 5] = ((bytes[at + 5] ?? 0) & 0x80) | stamp.payloadType;
      if (!stamp.markers) bytes[at + 5] = (bytes[at + 5] ?? 0) & 0x7f;
      bytes.writeUInt16BE(sequence, at + 6);
      bytes.writeUInt32BE(stamp.timestamp, at + 8);
      bytes.writeUInt32BE(stamp.ssrc, at + 12);
      sequence = (sequence + 1) & 0xffff;
    }
    base += run.bytes.length;
  }
  return { bytes, nextSequence: sequence };
}

/** The interleaved frames of a stamped block, as views. */
export function splitFrames(bytes: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at + 4 <= bytes.length;) {
    const end = at + 4 + bytes.readUInt16BE(at + 2);
    frames.push(bytes.subarray(at, end));
    at = end;
  }
  return frames;
}

function stapA(nals: readonly Buffer[]): Buffer {
  const importance = Math.max(...nals.map((nal) => (nal[0] ?? 0) & 0x60));
  const parts: Buffer[] = [Buffer.from([importance | 24])];
  for (const nal of nals) parts.push(Buffer.from([nal.length >> 8, nal.length & 0xff]), nal);
  return Buffer.concat(parts);
}

function fuA(nal: Buffer, mtuBytes: number, habits?: FragmentHabits): Buffer[] {
  const header = nal[0] ?? 0;
  const room = mtuBytes - 2;
  const fragments: Buffer[] = [];
  for (let at = 1; at < nal.length; at += room) {
    const start = at === 1 ? 0x80 : 0;
    const end = at + room >= nal.length ? 0x40 : 0;
    const reserved = habits?.reservedBit === true ? 0x20 : 0;
    const type = habits?.driftingType === true && at > 1 ? 1 : header & 31;
    const prefix = Buffer.from([(header & 0xe0) | 28, start | end | reserved | type]);
    fragments.push(Buffer.concat([prefix, nal.subarray(at, at + room)]));
  }
  return fragments;
}

/** Interleaved frames of payloads. @param marker sets the marker bit of the last. */
export function layOut(payloads: readonly Buffer[], payloadType: number, marker: boolean): PacketRun {
  const offsets: number[] = [];
  const parts: Buffer[] = [];
  let at = 0;
  payloads.forEach((payload, index) => {
    const prefix = Buffer.alloc(PREFIX_BYTES);
    prefix[0] = 0x24;
    prefix.writeUInt16BE(12 + payload.length, 2);
    prefix[4] = 0x80;
    prefix[5] = payloadType | (marker && index === payloads.length - 1 ? 0x80 : 0);
    parts.push(prefix, payload);
    offsets.push(at);
    at += PREFIX_BYTES + payload.length;
  });
  return { bytes: Buffer.concat(parts), offsets };
}
