/**
 * Uncompressed sound as cameras send it: how a sample lies in the payload (RFC 3551 sections 4.5.11 and 4.5.14 for L16 and
 * G.711). `PCM` is one maker's name for 16 bits in the byte order of its processor.
 */
import { A_LAW, MU_LAW } from '../g711/g711.ts';

export interface PcmLayout {
  /** Bytes of one sample of one channel. */
  readonly sampleBytes: number;
  /** The 16-bit sample at `at`, which lies inside `bytes`. */
  readonly read: (bytes: Buffer, at: number) => number;
}

export const PCM_LAYOUTS = {
  PCMU: { sampleBytes: 1, read: (bytes, at) => MU_LAW[bytes[at] ?? 0] ?? 0 },
  PCMA: { sampleBytes: 1, read: (bytes, at) => A_LAW[bytes[at] ?? 0] ?? 0 },
  L16: { sampleBytes: 2, read: (bytes, at) => bytes.readInt16BE(at) },
  PCM: { sampleBytes: 2, read: (bytes, at) => bytes.readInt16LE(at) },
} as const satisfies Record<string, PcmLayout>;
