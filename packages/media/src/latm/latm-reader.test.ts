import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AudioFrame } from '../audio/audio-frame.ts';
import type { MediaDescription } from '../media-description.ts';
import { MediaError } from '../media-error.ts';
import type { RtpPacket } from '../rtp/rtp-packet.ts';
import { LatmReader } from './latm-reader.ts';
import { readLatmTrack } from './latm-track.ts';
import { latmConfigHex, latmElement, type LatmShape } from '../testing/latm-writer.ts';

const LC_16K: LatmShape = { aac: '1408' };
const LC_48K: LatmShape = { aac: '1188' };
const A = Buffer.from('21aabb', 'hex');
const B = Buffer.from('21ccddee', 'hex');
const LONG = Buffer.alloc(600, 0x5a);

interface Part {
  readonly bytes: Buffer;
  readonly timestamp?: number;
  readonly marker?: boolean;
  readonly lostBefore?: number;
}

function describeMedia(fmtp: Record<string, string>, clockRate = 16_000): MediaDescription {
  return {
    kind: 'audio',
    payloadType: 97,
    encoding: 'MP4A-LATM',
    clockRate,
    channels: 1,
    fmtp: new Map(Object.entries(fmtp)),
    control: undefined,
    framerate: undefined,
  };
}

/** Frames as `timestamp:hex` (long ones by their length), what format they have, and troubles. */
function read(fmtp: Record<string, string>, parts: readonly Part[], clockRate = 16_000) {
  const frames: AudioFrame[] = [];
  const troubles: string[] = [];
  const track = readLatmTrack(describeMedia(fmtp, clockRate));
  const reader = new LatmReader(track.reader, {
    onFrame: (frame) => frames.push(frame),
    onTrouble: (message) => troubles.push(message),
  });
  for (const { bytes, timestamp = 5, marker = true, lostBefore = 0 } of parts) {
    const payload = Buffer.from(bytes);
    const packet: RtpPacket = { payloadType: 97, marker, sequenceNumber: 0, timestamp, ssrc: 1, payload };
    reader.push(packet, lostBefore, { wallMs: 0, monotonicMs: 0 });
    payload.fill(0); // the socket's buffer is used again
  }
  const texts = frames.map(({ data, timestamp }) => {
    return `${timestamp}:${data.length > 20 ? data.length : data.toString('hex')}`;
  });
  return { texts, troubles, formats: frames.map(({ format }) => format), frames };
}

const SDP_16K = { cpresent: '0', config: latmConfigHex(LC_16K) };

describe('LatmReader', () => {
  it.each<[string, Record<string, string>, readonly Part[], readonly string[]]>([
    ['one frame', SDP_16K, [{ bytes: latmElement([A], 'sdp') }], ['5:21aabb']],
    ['a frame of 255 bytes and more', SDP_16K, [{ bytes: latmElement([LONG], 'sdp') }], ['5:600']],
    [
      'several frames in an element',
      { cpresent: '0', config: latmConfigHex({ ...LC_16K, subFrames: 2 }) },
      [{ bytes: latmElement([A, B], 'sdp') }],
      ['5:21aabb', '1029:21ccddee'],
    ],
    [
      'frames of one fixed length',
      { cpresent: '0', config: latmConfigHex({ ...LC_16K, frameBytes: 24 }) },
      [{ bytes: latmElement([Buffer.alloc(24, 1)], 'sdp', { fixed: true }) }],
      ['5:24'],
    ],
    [
      'an element over three packets',
      SDP_16K,
      [0, 200, 400].map((at) => {
        return {
          bytes: latmElement([LONG], 'sdp').subarray(at, at === 400 ? 700 : at + 200),
          marker: at === 400,
        };
      }),
      ['5:600'],
    ],
    [
      'the configuration in the stream, then the same again, then not',
      {},
      [
        { bytes: latmElement([A], LC_16K) },
        { bytes: latmElement([B], LC_16K), timestamp: 1029 },
        { bytes: latmElement([A], 'same'), timestamp: 2053 },
      ],
      ['5:21aabb', '1029:21ccddee', '2053:21aabb'],
    ],
    [
      'nothing before the configuration',
      {},
      [{ bytes: latmElement([A], 'same') }, { bytes: latmElement([B], LC_16K), timestamp: 1029 }],
      ['1029:21ccddee'],
    ],
    [
      'version 1, a checksum and other data',
      {},
      [
        {
          bytes: latmElement(
            [A],
            { ...LC_16K, version: 1, otherDataBits: 11, checksum: true },
            { otherDataBits: 11 },
          ),
        },
      ],
      ['5:21aabb'],
    ],
    ['padding alone', SDP_16K, [{ bytes: Buffer.alloc(0) }], []],
  ])('%s', (_name, fmtp, parts, expected) => {
    const { texts, troubles } = read(fmtp, parts);
    expect({ texts, troubles }).toEqual({ texts: expected, troubles: [] });
  });

  it.each<[string, readonly Part[], readonly string[]]>([
    ['a frame longer than its element', [{ bytes: Buffer.from('20aabb', 'hex') }], []],
    [
      'a part without an end',
      [
        { bytes: A, marker: false },
        { bytes: latmElement([B], 'sdp'), timestamp: 9 },
      ],
      ['9:21ccddee'],
    ],
    [
      'an element with a hole',
      [
        { bytes: latmElement([LONG], 'sdp').subarray(0, 200), marker: false },
        { bytes: latmElement([LONG], 'sdp').subarray(400), lostBefore: 1 },
        { bytes: latmElement([B], 'sdp'), timestamp: 9 },
      ],
      ['9:21ccddee'],
    ],
    [
      'the end of an element whose beginning is lost',
      [{ bytes: Buffer.concat([Buffer.of(3), LONG.subarray(0, 100)]), lostBefore: 1 }],
      [],
    ],
    [
      'an element without end',
      [
        ...Array.from({ length: 100 }, () => ({ bytes: LONG, marker: false })),
        { bytes: LONG },
        { bytes: latmElement([B], 'sdp'), timestamp: 9 },
      ],
      ['9:21ccddee'],
    ],
  ])('counts %s', (_name, parts, expected) => {
    const { texts, troubles } = read(SDP_16K, parts);
    expect(texts).toEqual(expected);
    expect(troubles).toHaveLength(1);
  });

  it('says what frames are: one object while it stays the same, another when the camera changes it', () => {
    const { formats } = read({}, [
      { bytes: latmElement([A], LC_16K) },
      { bytes: latmElement([A], LC_16K), timestamp: 1029 },
      { bytes: latmElement([A], LC_48K), timestamp: 2053 },
    ]);
    expect(formats.map((format) => format?.config.sampleRate)).toEqual([16_000, 16_000, 48_000]);
    expect(formats[1]).toBe(formats[0]);
    expect(formats[2]?.config.decoderConfig.toString('hex')).toBe('1188');
  });

  it('dates frames on a clock of 90 kHz', () => {
    const config = latmConfigHex({ ...LC_16K, subFrames: 2 });
    const { texts } = read({ cpresent: '0', config }, [{ bytes: latmElement([A, B], 'sdp') }], 90_000);
    expect(texts).toEqual(['5:21aabb', `${5 + 5760}:21ccddee`]);
  });

  it('survives any payload', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.uint8Array({ maxLength: 30 }).map((rest) => Buffer.concat([latmElement([A], LC_16K), rest])),
    );
    const part = fc.record({
      bytes: bytes.map((of) => Buffer.from(of)),
      timestamp: fc.nat(2),
      marker: fc.boolean(),
      lostBefore: fc.nat(1),
    });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), fc.constantFrom(SDP_16K, {}), (parts, fmtp) => {
        const total = parts.reduce((sum, { bytes: { length } }) => sum + length, 0);
        const { frames } = read(fmtp, parts);
        expect(frames.reduce((sum, { data }) => sum + data.length, 0)).toBeLessThanOrEqual(total);
      }),
    );
  });

  it('gives back the same frames, in whatever bit position they lie', () => {
    const shape = fc.record({
      aac: fc.constantFrom('1408', '1188', '2b920800'),
      version: fc.constantFrom(0 as const, 1 as const),
      subFrames: fc.integer({ min: 1, max: 4 }),
      checksum: fc.boolean(),
    });
    const frame = fc.uint8Array({ minLength: 1, maxLength: 300 }).map((data) => Buffer.from(data));
    fc.assert(
      fc.property(shape, fc.array(frame, { minLength: 4, maxLength: 4 }), (of, four) => {
        // HE-AAC of version 0 is as long as its fields: 25 bits, not whole bytes
        const aacBits = of.version === 0 && of.aac.length > 4 ? { aacBits: 25 } : {};
        const frames = four.slice(0, of.subFrames);
        const { frames: out, troubles } = read({}, [{ bytes: latmElement(frames, { ...of, ...aacBits }) }]);
        expect(troubles).toEqual([]);
        expect(out.map(({ data }) => data.toString('hex'))).toEqual(
          frames.map((each) => each.toString('hex')),
        );
      }),
    );
  });
});

describe('readLatmTrack', () => {
  it.each<[string, Record<string, string>, string | undefined]>([
    ['a configuration', SDP_16K, 'mp4a.40.2'],
    ['48 kHz mono, nothing else', { cpresent: '0', config: '400023103fc0' }, 'mp4a.40.2'],
    [
      'what GStreamer writes: an extension, and no end',
      { cpresent: '0', config: '40002310adca00' },
      'mp4a.40.2',
    ],
    ['the same for HE-AAC', { cpresent: '0', config: '40002720adcb4000' }, 'mp4a.40.5'],
    ['a configuration beside one in the stream', { config: latmConfigHex(LC_48K) }, 'mp4a.40.2'],
    ['none: the stream will tell', {}, undefined],
    ['one that cannot be read: the stream will tell', { cpresent: '1', config: 'ff' }, undefined],
  ])('%s', (_name, fmtp, codecString) => {
    expect(readLatmTrack(describeMedia(fmtp)).format?.config.codecString).toBe(codecString);
  });

  it.each([
    ['no configuration anywhere', '', 'AUDIO_MALFORMED'],
    ['several layers', '402023103fc0', 'CODEC_UNSUPPORTED'],
    ['streams that differ in timing', '000023103fc0', 'CODEC_UNSUPPORTED'],
    ['AAC Main', '40000b103fc0', 'CODEC_UNSUPPORTED'],
    ['CELP inside', '40002310ffc0', 'CODEC_UNSUPPORTED'],
    ['a configuration that is cut off', '4000', 'AUDIO_MALFORMED'],
  ])('refuses %s', (_name, config, code) => {
    expect(() => readLatmTrack(describeMedia({ cpresent: '0', config }))).toThrowError(
      expect.objectContaining({ code }),
    );
  });

  it('answers any configuration with a track or a MediaError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 30 }), (bytes) => {
        try {
          const { format } = readLatmTrack(
            describeMedia({ cpresent: '0', config: Buffer.from(bytes).toString('hex') }),
          );
          expect(format?.frameTicks).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(MediaError);
        }
      }),
    );
  });
});
