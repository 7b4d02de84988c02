/** Which sound WebRTC carries as the camera sends it (RFC 7874): Opus, and G.711 beside the FLAC that other viewers get of it. */
import type { AudioConfig, Sample } from '../sample.ts';
import type { WhepAudioCodec } from './whep-offer.ts';

/** Undefined for what WebRTC does not carry. */
export function webrtcAudioOf(audio: AudioConfig | undefined): WhepAudioCodec | undefined {
  return audio?.codec === 'opus' ? 'opus' : audio?.g711;
}

/** RTP ticks per second (RFC 7587 section 4.1, RFC 3551 table 4). */
export function rtpRateOf(codec: WhepAudioCodec | undefined): number {
  return codec === 'PCMU' || codec === 'PCMA' ? 8_000 : 48_000;
}

/** The payload of a frame; undefined for silence that we put in where the camera sent none. */
export function payloadOf(codec: WhepAudioCodec, sample: Sample): Buffer | undefined {
  return codec === 'opus' ? sample.data : sample.g711;
}
