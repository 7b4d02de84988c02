/** How old a picture by WebRTC is when it is shown, as far as the browser's own figures tell: its way here, and its time in the buffer and the decoder. */

/** The figures of `RTCPeerConnection.getStats` that matter. */
interface Figures {
  readonly type?: unknown;
  readonly kind?: unknown;
  readonly nominated?: unknown;
  readonly framesDecoded?: unknown;
  /** Of all pictures together, from the first packet to the decoded picture, s. */
  readonly totalProcessingDelay?: unknown;
  readonly currentRoundTripTime?: unknown;
}

export class WhepLatency {
  #frames = 0;
  #delayS = 0;
  #latencyS: number | undefined;

  /** S; undefined until there were pictures between two readings, and in browsers that do not tell. */
  get latencyS(): number | undefined {
    return this.#latencyS;
  }

  take(report: Iterable<Figures>): void {
    let frames = 0;
    let delayS = 0;
    let roundTripS = 0;
    for (const each of report) {
      if (each.type === 'inbound-rtp' && each.kind === 'video') {
        frames = numberOf(each.framesDecoded);
        delayS = numberOf(each.totalProcessingDelay);
      } else if (each.type === 'candidate-pair' && each.nominated === true) {
        roundTripS = numberOf(each.currentRoundTripTime);
      }
    }
    if (frames > this.#frames && delayS > this.#delayS) {
      this.#latencyS = (delayS - this.#delayS) / (frames - this.#frames) + roundTripS / 2;
    }
    this.#frames = frames;
    this.#delayS = delayS;
  }
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}
