/**
 * One channel of a FLAC frame (RFC 9639 section 9.2), in the cheapest of four forms:
 *
 *   constant   all samples are one value
 *   fixed      a polynomial of order 0 to 4 through the samples before, and what it missed in Rice codes (9.2.5, 9.2.7)
 *   verbatim   the samples as they are
 *
 * In each of them, low bits that are zero in all samples are left out ("wasted bits", 9.2.2): G.711 has two or three.
 */
import type { BitSink } from './bit-sink.ts';

const MAX_ORDER = 4;
/** Samples are split into at most 2^3 parts with a Rice parameter of their own. */
const MAX_PARTITION_ORDER = 3;
/** 15 would mean codes without Rice. */
const MAX_RICE = 14;
const TYPE = { constant: 0, verbatim: 1, fixed: 8 } as const;

/** How residuals are coded: a parameter for each partition. */
interface RicePlan {
  readonly partitionOrder: number;
  readonly parameters: readonly number[];
  readonly bits: number;
}

/** Scratch memory of an encoder, for blocks of one size. */
export class SubframeEncoder {
  readonly #blockSize: number;
  readonly #samples: Int32Array;
  /** Residuals of the order in use, zigzagged (9.2.7.2): 0, −1, 1, −2, … as 0, 1, 2, 3, … */
  readonly #folded: Int32Array;

  constructor(blockSize: number) {
    this.#blockSize = blockSize;
    this.#samples = new Int32Array(blockSize);
    this.#folded = new Int32Array(blockSize);
  }

  /** Writes the subframe of `input` (`blockSize` samples of at most `sampleBits` bits). */
  write(sink: BitSink, input: Int32Array, sampleBits: number): void {
    const wasted = countWastedBits(input);
    const samples = this.#samples;
    for (let at = 0; at < samples.length; at++) samples[at] = (input[at] ?? 0) >> wasted;
    const bits = sampleBits - wasted;
    if (isConstant(samples)) {
      writeHeader(sink, TYPE.constant, wasted);
      sink.bits(samples[0] ?? 0, bits);
      return;
    }
    const order = findOrder(samples);
    this.#fold(order);
    const plan = planRice(this.#folded, order);
    if (plan.bits + order * bits >= this.#blockSize * bits) {
      writeHeader(sink, TYPE.verbatim, wasted);
      for (const sample of samples) sink.bits(sample, bits);
      return;
    }
    writeHeader(sink, TYPE.fixed | order, wasted);
    for (let at = 0; at < order; at++) sink.bits(samples[at] ?? 0, bits);
    writeResiduals(sink, this.#folded, order, plan);
  }

  #fold(order: number): void {
    const samples = this.#samples;
    const folded = this.#folded;
    let [b, c, d] = [0, 0, 0];
    let a = 0; // the sample before, and its differences of first to third order
    for (let at = 0; at < samples.length; at++) {
      const e0 = samples[at] ?? 0;
      const e1 = e0 - a;
      const e2 = e1 - b;
      const e3 = e2 - c;
      const e4 = e3 - d;
      a = e0;
      b = e1;
      c = e2;
      d = e3;
      const residual = order === 0 ? e0 : order === 1 ? e1 : order === 2 ? e2 : order === 3 ? e3 : e4;
      folded[at] = (residual << 1) ^ (residual >> 31);
    }
  }
}

/** Low bits that are zero in every sample, 0 when all samples are zero. */
function countWastedBits(samples: Int32Array): number {
  let any = 0;
  for (const sample of samples) any |= sample;
  return any === 0 ? 0 : 31 - Math.clz32(any & -any);
}

function isConstant(samples: Int32Array): boolean {
  const [first] = samples;
  for (const sample of samples) if (sample !== first) return false;
  return true;
}

/** The order whose residuals are smallest, behind the first four samples. */
function findOrder(samples: Int32Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  let [s0, s1, s2, s3, s4] = [0, 0, 0, 0, 0];
  for (let at = 0; at < samples.length; at++) {
    const e0 = samples[at] ?? 0;
    const e1 = e0 - a;
    const e2 = e1 - b;
    const e3 = e2 - c;
    const e4 = e3 - d;
    a = e0;
    b = e1;
    c = e2;
    d = e3;
    if (at < MAX_ORDER) continue;
    s0 += Math.abs(e0);
    s1 += Math.abs(e1);
    s2 += Math.abs(e2);
    s3 += Math.abs(e3);
    s4 += Math.abs(e4);
  }
  const sums = [s0, s1, s2, s3, s4];
  let best = 0;
  const highest = Math.min(MAX_ORDER, samples.length - 1);
  for (let order = 1; order <= highest; order++) {
    if ((sums[order] ?? 0) < (sums[best] ?? 0)) best = order;
  }
  return best;
}

/** The best split into partitions, and the parameter of each. */
function planRice(folded: Int32Array, order: number): RicePlan {
  let best: RicePlan | undefined;
  for (let partitionOrder = 0; partitionOrder <= MAX_PARTITION_ORDER; partitionOrder++) {
    const size = folded.length >> partitionOrder;
    if (size << partitionOrder !== folded.length || size <= order) break;
    const parameters: number[] = [];
    let bits = 2 + 4;
    for (let start = 0; start < folded.length; start += size) {
      const from = Math.max(start, order);
      const parameter = findParameter(folded, from, start + size);
      parameters.push(parameter);
      bits += 4 + countBits(folded, from, start + size, parameter);
    }
    if (best === undefined || bits < best.bits) best = { partitionOrder, parameters, bits };
  }
  return best ?? { partitionOrder: 0, parameters: [MAX_RICE], bits: Infinity };
}

/** The Rice parameter for values of this mean: its logarithm. */
function findParameter(folded: Int32Array, from: number, to: number): number {
  let sum = 0;
  for (let at = from; at < to; at++) sum += folded[at] ?? 0;
  const mean = sum / (to - from);
  return Math.min(MAX_RICE, Math.max(0, Math.round(Math.log2(mean + 0.5) - 0.3)));
}

function countBits(folded: Int32Array, from: number, to: number, parameter: number): number {
  let bits = (to - from) * (1 + parameter);
  for (let at = from; at < to; at++) bits += (folded[at] ?? 0) >>> parameter;
  return bits;
}

/** One zero bit, six bits of type, and the wasted bits in unary. */
function writeHeader(sink: BitSink, type: number, wasted: number): void {
  sink.bits((type << 1) | (wasted > 0 ? 1 : 0), 8);
  if (wasted > 0) sink.bits(1, wasted);
}

function writeResiduals(sink: BitSink, folded: Int32Array, order: number, plan: RicePlan): void {
  sink.bits(plan.partitionOrder, 2 + 4); // method 0 (four-bit parameters), then the partition order
  const size = folded.length >> plan.partitionOrder;
  plan.parameters.forEach((parameter, index) => {
    sink.bits(parameter, 4);
    const end = (index + 1) * size;
    for (let at = Math.max(index * size, order); at < end; at++) {
      const value = folded[at] ?? 0;
      sink.zeros(value >>> parameter);
      sink.bits((1 << parameter) | (value & ((1 << parameter) - 1)), parameter + 1);
    }
  });
}
