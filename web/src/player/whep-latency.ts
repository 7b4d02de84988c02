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
  readonly totalRoundTripTime?: unknown;
  readonly responsesReceived?: unknown;
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
        roundTripS = roundTripOf(each);
      }
    }
    if (frames > this.#frames && delayS > this.#delayS) {
      this.#latencyS = (delayS - this.#delayS) / (frames - this.#frames) + roundTripS / 2;
    }
    this.#frames = frames;
    this.#delayS = delayS;
  }
}

/** The newest measure stands for seconds: one late reply of a busy device is not the way's length, so it counts up to the average. */
function roundTripOf({ currentRoundTripTime, totalRoundTripTime, responsesReceived }: Figures): number {
  const newestS = numberOf(currentRoundTripTime);
  const count = numberOf(responsesReceived);
  return count > 0 ? Math.min(newestS, numberOf(totalRoundTripTime) / count) : newestS;
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}
