/** How the media of a session travels: what SETUP asks for, what its answer means, and the way of our reports. */
import type { SdpMedia } from './sdp.ts';

export interface MediaTransport {
  readonly name: 'tcp' | 'udp';
  /**
   * Makes ready to receive one track. Dispose it when SETUP fails.
   * @param profile of RTP, as the description names it (RFC 3551, RFC 4585).
   * @throws MediaError when there is no port left.
   */
  offer(profile: 'AVP' | 'AVPF'): Promise<TrackOffer>;
  /** Sends an RTCP packet back on the RTCP channel of a track. Left out when the way is blocked. */
  sendReport(rtcpChannel: number, report: Buffer): void;
  /** Lets go of what it holds; nothing is received any more. Idempotent. */
  close(): void;
}

export interface TrackOffer extends Disposable {
  /** Value of our Transport header. */
  readonly header: string;
  /**
   * Takes the Transport header of the answer: from now on packets are those of track `index`.
   * @throws OtherTransport when the camera means another transport than was asked for.
   */
  accept(answer: string, index: number, media: SdpMedia): void;
}

/** The camera does not do what was asked for: it has to be asked for `instead`, on a new connection. */
export class OtherTransport extends Error {
  readonly instead: 'tcp' | 'udp';
  /** True when it agreed and then sent nothing. */
  readonly isSilent: boolean;

  constructor(instead: 'tcp' | 'udp', isSilent = false) {
    super('other transport');
    this.instead = instead;
    this.isSilent = isSilent;
  }
}
