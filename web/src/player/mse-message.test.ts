import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mimeHasAudio, parseMseMessage } from './mse-message.ts';

describe('parseMseMessage', () => {
  it.each([
    [
      '{"type":"config","mime":"video/mp4; codecs=\\"avc1.42c01f,mp4a.40.2\\"","video":null}',
      { type: 'config', mime: 'video/mp4; codecs="avc1.42c01f,mp4a.40.2"', rendition: 'main' },
    ],
    [
      '{"type":"config","mime":"video/mp4","rendition":"sub"}',
      { type: 'config', mime: 'video/mp4', rendition: 'sub' },
    ],
    [
      '{"type":"renditions","renditions":[{"name":"main","available":false,"mime":null},7,{"name":"x"},{"name":"sub","mime":"video/mp4"}]}',
      {
        type: 'renditions',
        renditions: [
          { name: 'main', isAvailable: false, mime: undefined },
          { name: 'sub', isAvailable: true, mime: 'video/mp4' },
        ],
      },
    ],
    ['{"type":"switch-failed","rendition":"sub"}', { type: 'switch-failed', rendition: 'sub' }],
    ['{"type":"discontinuity"}', { type: 'discontinuity' }],
    [
      '{"type":"status","state":"retrying","reason":{"code":"SOURCE_TIMEOUT","message":"…"}}',
      { type: 'status', state: 'retrying', reasonCode: 'SOURCE_TIMEOUT' },
    ],
    [
      '{"type":"status","state":"connecting","reason":null}',
      { type: 'status', state: 'connecting', reasonCode: undefined },
    ],
    ['{"type":"bye","reason":"stopping"}', { type: 'bye', reason: 'stopping' }],
  ])('reads %s', (text, message) => {
    expect(parseMseMessage(text)).toEqual(message);
  });

  it.each([
    '',
    'null',
    '[]',
    '7',
    '{"type":"config"}',
    '{"type":"switch-failed","rendition":"x"}',
    '{"type":"config","mime":7}',
    '{"type":"later"}',
    '{"type":',
  ])('ignores %s', (text) => {
    expect(parseMseMessage(text)).toBeUndefined();
  });

  it('never throws, whatever arrives', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void parseMseMessage(text)));
  });
});

describe('mimeHasAudio', () => {
  it.each([
    ['video/mp4; codecs="avc1.42c01f"', false],
    ['video/mp4; codecs="avc1.42c01f,mp4a.40.2"', true],
    ['video/mp4; codecs="avc1.42c01f,Opus"', true],
    ['video/mp4; codecs="hvc1.1.6.L93.B0,fLaC"', true],
  ])('%s: %s', (mime, hasAudio) => {
    expect(mimeHasAudio(mime)).toBe(hasAudio);
  });
});
