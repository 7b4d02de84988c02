import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flacFormat } from '../flac/flac-format.ts';
import { AUDIO, VIDEO } from '../fmp4/testing-configs.ts';
import { OPUS_FORMAT } from '../opus/opus-format.ts';
import type { AudioConfig } from '../sample.ts';
import { RENDITION_NAMES } from '../stream/rendition.ts';
import { configMessage, parseSwitch } from './mse-protocol.ts';

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

describe('parseSwitch', () => {
  it.each([
    ['{"type":"switch","rendition":"sub"}', 'sub'],
    ['{"type":"switch","rendition":"main","more":1}', 'main'],
    ['{"type":"switch","rendition":"toString"}', undefined],
    ['{"type":"bye","rendition":"sub"}', undefined],
    ['["switch"]', undefined],
    ['null', undefined],
    ['', undefined],
  ])('%s', (text, wished) => {
    expect(parseSwitch(text)).toBe(wished);
  });

  it('whatever a viewer says wishes a rendition that there is, or none', () => {
    const word = fc.oneof(fc.json(), fc.constantFrom('"switch"', '"main"', '"sub"'));
    const message = fc.oneof(
      fc.string(),
      fc.json(),
      fc.tuple(word, word).map(([type, rendition]) => `{"type":${type},"rendition":${rendition}}`),
    );
    fc.assert(
      fc.property(message, (text) => {
        expect([undefined, ...RENDITION_NAMES]).toContain(parseSwitch(text));
      }),
    );
  });
});
