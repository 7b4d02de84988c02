/** When something was received, by two clocks. */
export interface Arrival {
  /** `Clock.now()`, UTC ms: for showing. */
  readonly wallMs: number;
  /** `Clock.monotonic()`, ms: for measuring. */
  readonly monotonicMs: number;
}
