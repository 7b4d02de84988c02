/** `WebrtcPeer` over werift: WebRTC in TypeScript. The only file that knows it. */
import type * as Werift from 'werift';
import type { CreateWebrtcPeer, LoadWebrtc, WebrtcPeer, WebrtcPeerOptions } from './webrtc-peer.ts';
import type { WhepAudioCodec } from './whep-offer.ts';

/** Ends of a connection; `disconnected` is not one, ICE may find its way back. */
const OVER: ReadonlySet<string> = new Set(['failed', 'closed']);

/** Loads werift. Resolves to undefined when it is not installed. */
export const loadWerift: LoadWebrtc = async () => {
  try {
    const werift = await import('werift');
    return createPeerWith(werift);
  } catch {
    return undefined;
  }
};

function createPeerWith(werift: typeof Werift): CreateWebrtcPeer {
  return (options) => new WeriftPeer(werift, options);
}

class WeriftPeer implements WebrtcPeer {
  readonly #connection: Werift.RTCPeerConnection;
  readonly #video: Werift.MediaStreamTrack;
  readonly #audio: Werift.MediaStreamTrack | undefined;
  readonly #options: WebrtcPeerOptions;
  #isOver = false;

  constructor(werift: typeof Werift, options: WebrtcPeerOptions) {
    this.#options = options;
    const { network, audio } = options;
    this.#connection = new werift.RTCPeerConnection({
      // werift's own default is a public STUN server.
      iceServers: network.stunServers.map((urls) => ({ urls })),
      iceAdditionalHostAddresses: [...network.addresses],
      icePortRange: network.ports === undefined ? undefined : [network.ports[0], network.ports[1]],
      bundlePolicy: 'max-bundle',
      codecs: {
        video: [videoCodec(werift, options.video)],
        // werift refuses an offer with sound of which it knows no codec, also when we send none.
        audio: (audio === undefined ? (['opus', 'PCMU', 'PCMA'] as const) : [audio]).map((codec) =>
          audioCodec(werift, codec),
        ),
      },
    });
    this.#video = new werift.MediaStreamTrack({ kind: 'video' });
    this.#audio = audio === undefined ? undefined : new werift.MediaStreamTrack({ kind: 'audio' });
    this.#connection.connectionStateChange.subscribe((state) => {
      if (state === 'connected') options.onState('connected');
      else if (OVER.has(state)) this.#end();
    });
  }

  async answer(offer: string): Promise<string> {
    // Before the offer: the library ties what is there to the offer's sections, in order.
    const video = this.#connection.addTransceiver(this.#video, { direction: 'sendonly' });
    if (this.#audio !== undefined) this.#connection.addTransceiver(this.#audio, { direction: 'sendonly' });
    await this.#connection.setRemoteDescription({ type: 'offer', sdp: offer });
    video.sender.onPictureLossIndication.subscribe(() => this.#options.onKeyframeWish());
    await this.#connection.setLocalDescription(await this.#connection.createAnswer());
    const answer = this.#connection.localDescription;
    if (answer === null) throw new Error('there is no answer');
    return answer.sdp;
  }

  sendVideo(packet: Buffer): void {
    this.#video.writeRtp(packet);
  }

  sendAudio(packet: Buffer): void {
    this.#audio?.writeRtp(packet);
  }

  async close(): Promise<void> {
    this.#isOver = true;
    await this.#connection.close();
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.onState('ended');
  }
}

function videoCodec(werift: typeof Werift, codec: 'h264' | 'h265'): Werift.RTCRtpCodecParameters {
  return new werift.RTCRtpCodecParameters({
    mimeType: codec === 'h264' ? 'video/H264' : 'video/H265',
    clockRate: 90_000,
    rtcpFeedback: [werift.useNACK(), werift.usePLI()],
  });
}

function audioCodec(werift: typeof Werift, codec: WhepAudioCodec): Werift.RTCRtpCodecParameters {
  return new werift.RTCRtpCodecParameters({
    mimeType: `audio/${codec}`,
    clockRate: codec === 'opus' ? 48_000 : 8_000,
    channels: codec === 'opus' ? 2 : 1,
  });
}
