/** Sample flags of `trex` and `trun` (ISO/IEC 14496-12 section 8.8.3.1): the two kinds that a live stream has. */
export const SAMPLE_FLAGS = {
  /** Can be decoded on its own: depends on no other sample (2), sync sample. */
  sync: 0x02000000,
  /** Needs others: depends on other samples (1), not a sync sample. */
  dependent: 0x01010000,
} as const;
