/** Changes finished blocks of interleaved frames as a maker's camera would have sent them. One for each track of a client. */
import { splitFrames } from '../rtp-layout.ts';
import type { PacketHabits } from './habits.ts';

const SPS = 7;
const PPS = 8;
const FU_A = 28;
/** Blocks between two packets of somebody else. */
const LEAK_EVERY = 10;
const EXTENSION = Buffer.from('abac0001' + '01020304', 'hex');

export interface BlockFacts {
  readonly channel: number;
  readonly isVideo: boolean;
  readonly isKeyframe: boolean;
  /** Ticks of the picture before. */
  readonly previousTimestamp: number | undefined;
}

export class HabitualPackets {
  readonly #habits: PacketHabits;
  #blocks = 0;

  constructor(habits: PacketHabits) {
    this.#habits = habits;
  }

  /** @param bytes interleaved frames of one picture or sound, stamped. */
  rewrite(bytes: Buffer, facts: BlockFacts): Buffer {
    const { leak, strayChannel, lineEnds, extraPayloadType } = this.#habits;
    this.#blocks++;
    const frames = splitFrames(bytes);
    if (facts.isVideo) for (const frame of frames) this.#rewriteFrame(frame, facts.previousTimestamp);
    const out = this.#habits.extension ? frames.map(withExtension) : frames;
    const last = frames.at(-1);
    if (facts.isKeyframe && extraPayloadType !== undefined && last !== undefined)
      out.push(extraPacket(last, extraPayloadType));
    if (leak && facts.isVideo && this.#blocks % LEAK_EVERY === 0 && last !== undefined)
      out.push(foreignPacket(last, facts.channel));
    if (strayChannel !== undefined && this.#blocks % LEAK_EVERY === 0 && last !== undefined)
      out.push(foreignPacket(last, strayChannel));
    return Buffer.concat(lineEnds ? [Buffer.from('\r\n'), ...out] : out);
  }

  #rewriteFrame(frame: Buffer, previousTimestamp: number | undefined): void {
    const type = nalTypeOf(frame);
    if (this.#habits.marked.includes(type)) frame[5] = (frame[5] ?? 0) | 0x80;
    const isSet = type === SPS || type === PPS;
    if (isSet && this.#habits.oldStampOnSets && previousTimestamp !== undefined)
      frame.writeUInt32BE(previousTimestamp, 8);
  }
}

/** H.264 NAL type that a packet completes; 0 for a fragment that is not the last. */
function nalTypeOf(frame: Buffer): number {
  const type = (frame[16] ?? 0) & 31;
  if (type !== FU_A) return type;
  const header = frame[17] ?? 0;
  return (header & 0x40) !== 0 ? header & 31 : 0;
}

function withExtension(frame: Buffer): Buffer {
  const out = Buffer.concat([frame.subarray(0, 16), EXTENSION, frame.subarray(16)]);
  out.writeUInt16BE(out.length - 4, 2);
  out[4] = (out[4] ?? 0) | 0x10;
  return out;
}

function extraPacket(like: Buffer, payloadType: number): Buffer {
  const frame = Buffer.concat([like.subarray(0, 16), Buffer.from('private')]);
  frame.writeUInt16BE(frame.length - 4, 2);
  frame[5] = payloadType;
  return frame;
}

function foreignPacket(like: Buffer, channel: number): Buffer {
  const frame = Buffer.from(like);
  frame[1] = channel;
  frame.writeUInt16BE((frame.readUInt16BE(6) + 20_000) & 0xffff, 6);
  frame.writeUInt32BE((frame.readUInt32BE(12) ^ 0x5a5a5a5a) >>> 0, 12);
  return frame;
}
