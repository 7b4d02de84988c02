import { describe, expect, it } from 'vitest';
import { flacFormat } from '../flac/flac-format.ts';
import { AUDIO, VIDEO } from '../fmp4/testing-configs.ts';
import { OPUS_FORMAT } from '../opus/opus-format.ts';
import type { AudioConfig } from '../sample.ts';
import { configMessage } from './mse-protocol.ts';

describe('configMessage', () => {
  it.each<[string, AudioConfig | undefined, string]>([
    ['AAC', AUDIO, 'avc1.64001e,mp4a.40.2'],
    ['FLAC, in small letters', flacFormat(8000, 1).config, 'avc1.64001e,flac'],
    ['Opus, in small letters', OPUS_FORMAT.config, 'avc1.64001e,opus'],
    ['no sound', undefined, 'avc1.64001e'],
  ])('names what MediaSource is asked for: %s', (_name, audio, codecs) => {
    expect(configMessage({ video: VIDEO, audio }, 'main')).toMatchObject({
      mime: `video/mp4; codecs="${codecs}"`,
    });
  });
});
