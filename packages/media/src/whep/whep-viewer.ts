/**
 * One WebRTC viewer: takes what the source emits and sends it as RTP, from the next key frame on. It holds nothing back and
 * keeps nothing: what the viewer's network loses is asked for again (NACK) or shown with the next key frame.
 */
import type { MediaEvent, Sample, StreamConfig } from '../sample.ts';
import { RtpWriter } from './rtp-writer.ts';
import { packetizePicture } from './video-payloads.ts';
import type { WebrtcPeer } from './webrtc-peer.ts';
import { payloadOf, rtpRateOf, webrtcAudioOf } from './webrtc-sound.ts';
import type { WhepAudioCodec } from './whep-offer.ts';

const VIDEO_CLOCK_RATE = 90_000;

export interface WhepViewerOptions {
  /** What was negotiated: a configuration with other codecs ends the viewer. */
  readonly config: StreamConfig;
  /** The sound that was negotiated. While the camera sends another, none is sent. */
  readonly sound: WhepAudioCodec | undefined;
  /** The viewer cannot go on with what the camera sends now. */
  readonly onUnplayable: () => void;
}

export class WhepViewer {
  readonly #peer: WebrtcPeer;
  readonly #options: WhepViewerOptions;
  readonly #video = new RtpWriter(VIDEO_CLOCK_RATE);
  readonly #audio: RtpWriter;
  #config: StreamConfig;
  #needsKeyframe = true;
  #isConnected = false;

  constructor(peer: WebrtcPeer, options: WhepViewerOptions) {
    this.#peer = peer;
    this.#options = options;
    this.#config = options.config;
    this.#audio = new RtpWriter(rtpRateOf(options.sound));
  }

  /** The connection is up: packets reach the viewer from now on. */
  connect(): void {
    this.#isConnected = true;
  }

  /** Takes what the source emits. */
  push(event: MediaEvent): void {
    if (event.type === 'config') {
      this.#config = event.config;
      this.#needsKeyframe = true;
      if (!this.#isSameKind(event.config)) this.#options.onUnplayable();
    } else if (event.type === 'discontinuity') {
      this.#needsKeyframe = true;
      this.#video.break();
      this.#audio.break();
    } else if (event.type === 'sample') {
      if (this.#isConnected) this.#send(event.sample);
    } else if (event.type === 'relay') {
      this.#options.onUnplayable();
    }
  }

  #send(sample: Sample): void {
    const track = this.#config[sample.kind];
    if (track === undefined) return;
    const seconds = sample.pts / track.timescale;
    if (sample.kind === 'audio') {
      const { sound } = this.#options;
      if (this.#needsKeyframe || sound === undefined || sound !== webrtcAudioOf(this.#config.audio)) return;
      const payload = payloadOf(sound, sample);
      if (payload === undefined) return;
      for (const packet of this.#audio.write([payload], seconds)) this.#peer.sendAudio(packet);
      return;
    }
    const { video } = this.#config;
    if (video === undefined || (this.#needsKeyframe && !sample.keyframe)) return;
    if (sample.pts < sample.dts || (sample.pts > sample.dts && video.maxReorder > 0)) {
      // Pictures out of order: WebRTC shows them as they come.
      this.#options.onUnplayable();
      return;
    }
    this.#needsKeyframe = false;
    for (const packet of this.#video.write(packetizePicture(sample, video), seconds))
      this.#peer.sendVideo(packet);
  }

  #isSameKind(config: StreamConfig): boolean {
    return config.video?.codec === this.#options.config.video?.codec && (config.video?.maxReorder ?? 0) === 0;
  }
}
