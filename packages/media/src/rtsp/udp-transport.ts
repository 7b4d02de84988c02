/**
 * Media in datagrams of their own (RFC 2326 section 12.39, unicast): a pair of ports for each track.
 *
 *   bind even/odd ─► SETUP client_port ─► answer: server_port? ─► a packet out on both, for NAT ─► first packet locks its sender
 *
 * Datagrams go to the receiver as frames of the track's channels, so everything behind is the same as over TCP; there the
 * window puts them in order. The RTSP connection stays open: many cameras stop when it closes.
 */
import type { Clock } from '@pantau/base/clock';
import type { Logger } from '@pantau/base/logger';
import type { ErrorTally } from '../error-tally.ts';
import { encodeReceiverReport } from '../rtp/receiver-report.ts';
import type { AddressRules } from './address-guard.ts';
import { IntakeLimit } from './intake-limit.ts';
import type { MediaReceiver } from './media-receiver.ts';
import { OtherTransport, type MediaTransport, type TrackOffer } from './media-transport.ts';
import type { SdpMedia } from './sdp.ts';
import { plainAddress, SourceLock } from './source-lock.ts';
import { parseTransportHeader, type ChannelPair, type TransportHeader } from './transport-header.ts';
import { bindUdpPair, type UdpKind, type UdpPair } from './udp-pair.ts';

/** An RTP header with nothing in it: opens the way back through a NAT, and no camera takes it for media. */
const PUNCH = Buffer.from('80000000', 'hex');

export interface UdpTransportOptions {
  readonly receiver: MediaReceiver;
  readonly clock: Clock;
  readonly tally: ErrorTally;
  readonly logger: Logger;
  readonly rules: AddressRules;
  /** Both ends of the RTSP connection. */
  readonly localAddress: string;
  readonly remoteAddress: string;
}

interface UdpTrack {
  readonly pair: UdpPair;
  readonly channels: ChannelPair;
  readonly rtp: SourceLock;
  readonly rtcp: SourceLock;
  /** Where our RTCP goes; undefined while nobody said. */
  readonly serverRtcpPort: number | undefined;
}

export class UdpTransport implements MediaTransport {
  readonly name = 'udp';
  /** Resolves when the first packet of media came. */
  readonly started: Promise<undefined>;
  readonly #options: UdpTransportOptions;
  readonly #start: () => void;
  readonly #pairs = new Set<UdpPair>();
  readonly #tracks = new Map<number, UdpTrack>();
  readonly #intake: IntakeLimit;
  #deafUntilMs = 0;
  #isClosed = false;

  constructor(options: UdpTransportOptions) {
    this.#options = options;
    this.#intake = new IntakeLimit(options.clock);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.started = promise;
    this.#start = () => resolve(undefined);
  }

  async offer(profile: 'AVP' | 'AVPF'): Promise<TrackOffer> {
    const pair = await bindUdpPair(plainAddress(this.#options.localAddress));
    this.#pairs.add(pair);
    if (this.#isClosed) this.#release(pair);
    return {
      header: `RTP/${profile};unicast;client_port=${pair.rtpPort}-${pair.rtpPort + 1}`,
      accept: (answer, index, media) => {
        const transport = parseTransportHeader(answer);
        if (transport.isTcp || transport.isMulticast) throw new OtherTransport('tcp');
        this.#accept(pair, transport, index, media);
      },
      [Symbol.dispose]: () => {
        if (![...this.#tracks.values()].some((track) => track.pair === pair)) this.#release(pair);
      },
    };
  }

  /** To the port that RTCP comes from, else to the one the camera named; its address is never taken from what it says. */
  sendReport(rtcpChannel: number, report: Buffer): void {
    const track = this.#tracks.get(rtcpChannel);
    if (track === undefined) return;
    const { address, port } = track.rtcp.sender ?? {
      address: track.rtp.sender?.address ?? this.#options.remoteAddress,
      port: track.serverRtcpPort ?? (track.rtp.sender?.port ?? -1) + 1,
    };
    if (port > 0 && port <= 65_535) this.#send(track.pair, 'rtcp', report, plainAddress(address), port);
  }

  close(): void {
    this.#isClosed = true;
    for (const pair of this.#pairs) this.#release(pair);
  }

  #release(pair: UdpPair): void {
    this.#pairs.delete(pair);
    pair[Symbol.dispose]();
  }

  #accept(pair: UdpPair, transport: TransportHeader, index: number, media: SdpMedia): void {
    const { receiver, remoteAddress, rules, logger } = this.#options;
    const channels = receiver.findFreeChannels();
    const { serverPorts, source } = transport;
    receiver.addTrack(index, media, channels, { announcedSsrc: transport.ssrc, isOrdered: false });
    const named =
      source !== undefined && plainAddress(source) !== plainAddress(remoteAddress) ? source : undefined;
    const track: UdpTrack = {
      pair,
      channels,
      rtp: new SourceLock(remoteAddress, named, rules),
      rtcp: new SourceLock(remoteAddress, named, rules),
      serverRtcpPort: serverPorts?.rtcp,
    };
    this.#tracks.set(channels.rtcp, track);
    logger.debug(
      { serverPorts: serverPorts ?? 'not named', namesOtherSource: named !== undefined },
      'media is received over UDP; its sender is whoever sends first from where the camera may be',
    );
    pair.onDatagram((kind, bytes, address, port) => this.#onDatagram(track, kind, bytes, address, port));
    if (serverPorts === undefined) return;
    const host = plainAddress(remoteAddress);
    this.#send(pair, 'rtp', PUNCH, host, serverPorts.rtp);
    this.#send(
      pair,
      'rtcp',
      encodeReceiverReport(receiver.ssrc, receiver.cname, undefined),
      host,
      serverPorts.rtcp,
    );
  }

  /** Never to a place where no camera may be, whatever port it names. */
  #send(pair: UdpPair, kind: UdpKind, bytes: Buffer, address: string, port: number): void {
    if (this.#options.rules.isAddressAllowed?.(address, port) === false) return;
    pair.send(kind, bytes, address, port);
  }

  #onDatagram(track: UdpTrack, kind: UdpKind, bytes: Buffer, address: string, port: number): void {
    const { clock, receiver, tally } = this.#options;
    const nowMs = clock.monotonic();
    // nothing makes a sender of datagrams wait: what is too much is not looked at
    if (this.#isClosed || nowMs < this.#deafUntilMs) return;
    // Before it counts: whoever floods our port must not use up what is read of the camera.
    if (!(kind === 'rtp' ? track.rtp : track.rtcp).admit(address, port, nowMs)) {
      tally.add('a datagram of somebody else was dropped');
      return;
    }
    this.#intake.addFrame();
    const pauseMs = this.#intake.addChunk(bytes.length);
    if (pauseMs > 0) {
      this.#deafUntilMs = nowMs + pauseMs;
      tally.add('more datagrams came than are read in a second; the rest of them was dropped');
    }
    receiver.onChunk();
    receiver.onFrame(kind === 'rtp' ? track.channels.rtp : track.channels.rtcp, bytes, 0, bytes.length);
    if (kind === 'rtp') this.#start();
  }
}
