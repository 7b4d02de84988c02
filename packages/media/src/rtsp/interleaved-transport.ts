/** Media on the RTSP connection itself, in frames (RFC 2326 section 10.12): passes every NAT and loses nothing of ours. */
import type { MediaReceiver } from './media-receiver.ts';
import { OtherTransport, type MediaTransport, type TrackOffer } from './media-transport.ts';
import type { RtspConnection } from './rtsp-connection.ts';
import { parseTransportHeader, type ChannelPair } from './transport-header.ts';

export class InterleavedTransport implements MediaTransport {
  readonly name = 'tcp';
  readonly #connection: RtspConnection;
  readonly #receiver: MediaReceiver;

  constructor(connection: RtspConnection, receiver: MediaReceiver) {
    this.#connection = connection;
    this.#receiver = receiver;
  }

  offer(profile: 'AVP' | 'AVPF'): Promise<TrackOffer> {
    const receiver = this.#receiver;
    const asked = receiver.findFreeChannels();
    return Promise.resolve({
      // without `mode`: some servers stumble over it
      header: `RTP/${profile}/TCP;unicast;interleaved=${asked.rtp}-${asked.rtcp}`,
      accept(answer, index, media) {
        const transport = parseTransportHeader(answer);
        if (transport.isUdp) throw new OtherTransport('udp');
        const given: ChannelPair | undefined = transport.channels;
        const isUsable =
          given !== undefined && !receiver.hasChannel(given.rtp) && !receiver.hasChannel(given.rtcp);
        receiver.addTrack(index, media, isUsable ? given : asked, { announcedSsrc: transport.ssrc });
      },
      [Symbol.dispose]: () => {},
    });
  }

  sendReport(rtcpChannel: number, report: Buffer): void {
    if (!this.#connection.canWrite) return;
    const header = Buffer.from([0x24, rtcpChannel, report.length >>> 8, report.length & 0xff]);
    this.#connection.write(Buffer.concat([header, report]));
  }

  close(): void {
    // the connection is its owner's
  }
}
