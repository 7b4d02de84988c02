/** An Opus track as players see it: the `dOps` box (Encapsulation of Opus in ISO Base Media File Format, section 4.3.2). */
import type { AudioFormat } from '../audio/audio-frame.ts';
import { OPUS_RATE } from './opus-packet.ts';

/** RTP announces two channels always (RFC 7587 section 4.1); packets in mono play on both. */
const CHANNELS = 2;
/** What libopus looks ahead at 48 kHz. RTP does not say it, and of a stream that is joined late nothing else is to be skipped. */
const PRE_SKIP_TICKS = 312;
/** 20 ms at full band of which the range coder decodes nothing: silence. */
const SILENCE = Buffer.from('f8fffe', 'hex');
const SILENCE_TICKS = 960;

export const OPUS_FORMAT: AudioFormat = {
  config: {
    kind: 'audio',
    codec: 'opus',
    codecString: 'Opus',
    timescale: OPUS_RATE,
    sampleRate: OPUS_RATE,
    channels: CHANNELS,
    decoderConfig: encodeOpusBox(),
  },
  frameTicks: SILENCE_TICKS,
  silence: SILENCE,
};

/** Version, channels, pre-skip, input rate, gain, mapping family 0: big endian, unlike the header of Ogg files. */
function encodeOpusBox(): Buffer {
  const bytes = Buffer.alloc(11);
  bytes.writeUInt8(CHANNELS, 1);
  bytes.writeUInt16BE(PRE_SKIP_TICKS, 2);
  bytes.writeUInt32BE(OPUS_RATE, 4);
  return bytes;
}
