/** RTP packets of an H.264 track to access units: depacketiser and assembler put together. */
import type { RtpPacket } from '../rtp/rtp-packet.ts';
import type { Arrival } from '../rtp/arrival.ts';
import { AccessUnitAssembler } from '../video/access-unit-assembler.ts';
import type { AccessUnitSink, VideoReader } from '../video/access-unit.ts';
import { PictureArea } from '../video/picture-area.ts';
import { H264Depacketizer } from './depacketizer.ts';
import { H264Syntax } from './h264-syntax.ts';

export class H264Reader implements VideoReader {
  readonly #assembler: AccessUnitAssembler;
  readonly #depacketizer: H264Depacketizer;

  /** @param fmtp parameters of the SDP, of which `sprop-parameter-sets` is taken as a hint. */
  constructor(fmtp: ReadonlyMap<string, string>, sink: AccessUnitSink) {
    const area = new PictureArea();
    this.#assembler = new AccessUnitAssembler(area, new H264Syntax(fmtp), sink);
    this.#depacketizer = new H264Depacketizer(area, this.#assembler);
  }

  /** Takes the next packet of the track, of which nothing is needed afterwards. @param lostBefore packets missing before it. */
  push(packet: RtpPacket, lostBefore: number, arrival: Arrival): void {
    this.#assembler.setArrival(arrival);
    this.#depacketizer.push(packet, lostBefore);
  }
}
