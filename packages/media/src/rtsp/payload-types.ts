/** Static payload types (RFC 3551 section 6): what an `m=` line means without `a=rtpmap`. */

export interface PayloadFormat {
  /** Upper case. */
  readonly encoding: string;
  readonly clockRate: number;
  readonly channels: number;
}

const STATIC_FORMATS: Readonly<Record<number, PayloadFormat>> = {
  0: { encoding: 'PCMU', clockRate: 8000, channels: 1 },
  3: { encoding: 'GSM', clockRate: 8000, channels: 1 },
  4: { encoding: 'G723', clockRate: 8000, channels: 1 },
  5: { encoding: 'DVI4', clockRate: 8000, channels: 1 },
  6: { encoding: 'DVI4', clockRate: 16_000, channels: 1 },
  7: { encoding: 'LPC', clockRate: 8000, channels: 1 },
  8: { encoding: 'PCMA', clockRate: 8000, channels: 1 },
  9: { encoding: 'G722', clockRate: 8000, channels: 1 },
  10: { encoding: 'L16', clockRate: 44_100, channels: 2 },
  11: { encoding: 'L16', clockRate: 44_100, channels: 1 },
  12: { encoding: 'QCELP', clockRate: 8000, channels: 1 },
  14: { encoding: 'MPA', clockRate: 90_000, channels: 1 },
  15: { encoding: 'G728', clockRate: 8000, channels: 1 },
  18: { encoding: 'G729', clockRate: 8000, channels: 1 },
  25: { encoding: 'CELB', clockRate: 90_000, channels: 1 },
  26: { encoding: 'JPEG', clockRate: 90_000, channels: 1 },
  28: { encoding: 'NV', clockRate: 90_000, channels: 1 },
  31: { encoding: 'H261', clockRate: 90_000, channels: 1 },
  32: { encoding: 'MPV', clockRate: 90_000, channels: 1 },
  33: { encoding: 'MP2T', clockRate: 90_000, channels: 1 },
  34: { encoding: 'H263', clockRate: 90_000, channels: 1 },
};

export function findStaticFormat(payloadType: number): PayloadFormat | undefined {
  return STATIC_FORMATS[payloadType];
}
