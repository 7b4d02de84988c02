/** RTP packets of an H.265 track to access units: depacketiser and assembler put together. */
import type { RtpPacket } from '../rtp/rtp-packet.ts';
import type { Arrival } from '../rtp/arrival.ts';
import { AccessUnitAssembler } from '../video/access-unit-assembler.ts';
import type { AccessUnitSink, VideoReader } from '../video/access-unit.ts';
import { PictureArea } from '../video/picture-area.ts';
import { H265Depacketizer } from './depacketizer.ts';
import { H265Syntax } from './h265-syntax.ts';

export class H265Reader implements VideoReader {
  readonly #assembler: AccessUnitAssembler;
  readonly #depacketizer: H265Depacketizer;

  /** @param fmtp parameters of the SDP, of which the `sprop-` ones are looked at. */
  constructor(fmtp: ReadonlyMap<string, string>, sink: AccessUnitSink) {
    const area = new PictureArea();
    this.#assembler = new AccessUnitAssembler(area, new H265Syntax(fmtp), sink);
    this.#depacketizer = new H265Depacketizer(area, this.#assembler, fmtp);
  }

  /** Takes the next packet of the track, of which nothing is needed afterwards. @param lostBefore packets missing before it. */
  push(packet: RtpPacket, lostBefore: number, arrival: Arrival): void {
    this.#assembler.setArrival(arrival);
    this.#depacketizer.push(packet, lostBefore);
  }
}
