/**
 * One WebRTC connection to a viewer, as WHEP needs it: answer an offer, send packets, know when it is over. Behind it is
 * `werift`, an optional dependency that is loaded when the first viewer comes.
 */
import type { WhepAudioCodec } from './whep-offer.ts';

export interface WebrtcPeer {
  /**
   * Answers the offer once addresses have been gathered: the answer needs no trickling (RFC 9725 section 4.3.1).
   * @throws whatever the library thinks of the offer.
   */
  answer(offer: string): Promise<string>;
  /** Sends one RTP packet; before the connection is up, and after, it is dropped. */
  sendVideo(packet: Buffer): void;
  sendAudio(packet: Buffer): void;
  close(): Promise<void>;
}

export interface WebrtcPeerOptions {
  readonly hasAudio: boolean;
  readonly video: 'h264' | 'h265';
  readonly audio: WhepAudioCodec | undefined;
  readonly network: WebrtcNetwork;
  readonly onState: (state: 'connected' | 'ended') => void;
  /** The viewer lost pictures and wants a key frame (RFC 4585 PLI). */
  readonly onKeyframeWish: () => void;
}

/** How viewers reach us. Nothing of it is found out by asking others: no STUN server unless configured. */
export interface WebrtcNetwork {
  /** UDP ports to use, both included. Default: any. */
  readonly ports: readonly [first: number, last: number] | undefined;
  /** Addresses to offer beside those of the machine's interfaces, such as the public one behind a NAT. */
  readonly addresses: readonly string[];
  /** `stun:host:port`, for machines that do not know their public address. */
  readonly stunServers: readonly string[];
}

export type CreateWebrtcPeer = (options: WebrtcPeerOptions) => WebrtcPeer;

/** Loads the library. Resolves to undefined when it is not installed. */
export type LoadWebrtc = () => Promise<CreateWebrtcPeer | undefined>;
