import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MediaError } from '../media-error.ts';
import { rewritePlaylist, type RelayTarget } from './rewrite-playlist.ts';

const BASE = new URL('https://cdn.example/live/cam/index.m3u8?token=1');

function rewrite(lines: readonly string[]) {
  const targets: string[] = [];
  const nameOf = ({ url, kind, range }: RelayTarget) => {
    targets.push(`${kind} ${url.href}${range === undefined ? '' : ` ${range.start}+${range.length}`}`);
    return `relay-${targets.length}`;
  };
  return { ...rewritePlaylist(['#EXTM3U', ...lines].join('\n'), BASE, nameOf), targets };
}

describe('rewritePlaylist', () => {
  it('gives every address a name and keeps what is harmless', () => {
    const { text, targets, nextSequence, targetDurationS, variants, isEnded } = rewrite([
      '#EXT-X-VERSION:6',
      '#EXT-X-TARGETDURATION:4',
      '#EXT-X-MEDIA-SEQUENCE:17',
      '#EXT-X-MAP:URI="init.mp4"',
      '#EXT-X-KEY:METHOD=AES-128,URI="/key?id=1",IV=0x01',
      '#EXTINF:4.0,title',
      'a.m4s?x=1',
      '#EXT-X-DISCONTINUITY',
      '#EXT-X-KEY:METHOD=NONE',
      '#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00Z',
      '#EXTINF:3.5,',
      '//other.example/b.m4s',
    ]);
    expect(text.split('\n')).toEqual([
      '#EXTM3U',
      '#EXT-X-VERSION:6',
      '#EXT-X-TARGETDURATION:4',
      '#EXT-X-MEDIA-SEQUENCE:17',
      '#EXT-X-MAP:URI="relay-1"',
      '#EXT-X-KEY:METHOD=AES-128,URI="relay-2",IV=0x01',
      '#EXTINF:4.0,title',
      'relay-3',
      '#EXT-X-DISCONTINUITY',
      '#EXT-X-KEY:METHOD=NONE',
      '#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00Z',
      '#EXTINF:3.5,',
      'relay-4',
      '',
    ]);
    expect(targets).toEqual([
      'file https://cdn.example/live/cam/init.mp4',
      'file https://cdn.example/key?id=1',
      'file https://cdn.example/live/cam/a.m4s?x=1',
      'file https://other.example/b.m4s',
    ]);
    expect({ nextSequence, targetDurationS, variants, isEnded }).toEqual({
      nextSequence: 19,
      targetDurationS: 4,
      variants: undefined,
      isEnded: false,
    });
  });

  it('keeps variants and renditions', () => {
    const { text, variants, targets } = rewrite([
      '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="x",URI="audio.m3u8",X-HOME="https://cdn.example"',
      '#EXT-X-STREAM-INF:BANDWIDTH=1000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=640x360,AUDIO="a"',
      'low.m3u8',
      '#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI="i.m3u8"',
      '#EXT-X-STREAM-INF:BANDWIDTH=2000',
      'high.m3u8',
    ]);
    expect(text).toContain('#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="x",URI="relay-1"\n');
    expect(text).toContain(
      'BANDWIDTH=1000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=640x360,AUDIO="a"\nrelay-2\n',
    );
    expect(variants?.map(({ url }) => url.pathname)).toEqual(['/live/cam/low.m3u8', '/live/cam/high.m3u8']);
    expect(targets.every((target) => target.startsWith('playlist '))).toBe(true);
  });

  it('leaves out whatever could lead a player elsewhere, or speaks of parts that are not relayed', () => {
    const { text } = rewrite([
      '#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1',
      '#EXT-X-PART-INF:PART-TARGET=0.3',
      '#EXT-X-PART:DURATION=0.3,URI="p.mp4"',
      '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="q.mp4"',
      '#EXT-X-RENDITION-REPORT:URI="r.m3u8"',
      '#EXT-X-DATERANGE:ID="ad",X-ASSET-URI="https://ads.example/"',
      '#EXT-X-SESSION-DATA:DATA-ID="x",URI="https://ads.example/"',
      '#EXT-X-CONTENT-STEERING:SERVER-URI="https://ads.example/"',
      '#EXT-X-SESSION-KEY:METHOD=AES-128,URI="https://ads.example/"',
      '#EXT-X-DEFINE:NAME="x",VALUE="y"',
      '#EXT-X-NEW-THING:URI="https://ads.example/"',
      '# a comment with https://ads.example/',
    ]);
    expect(text).toBe('#EXTM3U\n');
  });

  it('makes a file of its own of each byte range, also where the start is left out', () => {
    const { targets, text } = rewrite([
      '#EXT-X-MAP:URI="all.mp4",BYTERANGE="100@0"',
      '#EXT-X-BYTERANGE:1000@100',
      'all.mp4',
      '#EXT-X-BYTERANGE:500',
      'all.mp4',
    ]);
    expect(targets.map((target) => target.split(' ')[2])).toEqual(['0+100', '100+1000', '1100+500']);
    expect(text).not.toContain('BYTERANGE');
  });

  it.each([
    ['protected media', ['#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://x"'], 'CODEC_UNSUPPORTED'],
    ['another scheme', ['#EXTINF:1,', 'file:///etc/passwd'], 'VIDEO_MALFORMED'],
    ['a script', ['#EXT-X-MAP:URI="javascript:1"'], 'VIDEO_MALFORMED'],
    ['too many entries', Array.from({ length: 2001 }, (_, index) => `${index}.ts`), 'VIDEO_MALFORMED'],
    ['an endless address', ['x'.repeat(5000)], 'VIDEO_MALFORMED'],
    ['a range of nothing', ['#EXT-X-BYTERANGE:0', 'a.ts'], 'VIDEO_MALFORMED'],
    ['a million lines', Array.from({ length: 1_000_000 }, () => '#'), 'VIDEO_MALFORMED'],
  ])('refuses %s', (_name, lines, code) => {
    expect(() => rewrite(lines)).toThrow(expect.objectContaining({ code }));
  });

  it('refuses what is no playlist', () => {
    expect(() => rewritePlaylist('<html>', BASE, () => '')).toThrow(MediaError);
  });

  it('fails only in known ways, and lets no address through', () => {
    const line = fc.oneof(
      fc.string({ maxLength: 60 }),
      fc.constantFrom(
        '#EXT-X-MAP:URI="https://x.example/a"',
        '#EXT-X-STREAM-INF:BANDWIDTH=1',
        'https://x.example/b',
        '#EXT-X-KEY:METHOD=AES-128,URI="https://x.example/k"',
        '#EXT-X-BYTERANGE:5',
      ),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        try {
          expect(rewrite(lines.map((each) => each.replace(/^#EXTINF.*/, ''))).text).not.toContain(
            'x.example',
          );
        } catch (error) {
          if (!(error instanceof MediaError)) throw error;
        }
      }),
    );
  });
});
