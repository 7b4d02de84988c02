import { describe, expect, it } from 'vitest';
import { formatMediaPlaylist } from './format-media-playlist.ts';
import type { MediaPlaylist, PlaylistSegment } from './media-playlist.ts';

const START_MS = Date.UTC(2026, 0, 1);

/** A 2 s segment of four 0.5 s parts, numbered from 0. */
function segment(index: number, fields: Partial<PlaylistSegment> = {}): PlaylistSegment {
  return {
    uri: `seg-${index}.m4s`,
    durationS: 2,
    discontinuity: false,
    independent: true,
    mapUri: 'init-1.mp4',
    programDateTimeMs: START_MS + index * 2000,
    parts: [0, 1, 2, 3].map((part) => ({
      uri: `part-${index * 4 + part}.m4s`,
      durationS: 0.5,
      independent: part === 0,
    })),
    ...fields,
  };
}

function playlist(fields: Partial<MediaPlaylist> = {}): MediaPlaylist {
  return {
    mediaSequence: 0,
    discontinuitySequence: 0,
    segments: [segment(0), segment(1), segment(2)],
    targetDurationS: 2,
    lowLatency: undefined,
    ended: false,
    ...fields,
  };
}

const LOW_LATENCY = { partTargetS: 0.5, preloadUri: 'part-14.m4s', renditionReports: [] };

function lines(text: string): string[] {
  expect(text.endsWith('\n')).toBe(true);
  return text.trimEnd().split('\n');
}

describe('formatMediaPlaylist', () => {
  it('writes a standard playlist without parts', () => {
    expect(lines(formatMediaPlaylist(playlist({ mediaSequence: 7 })))).toEqual([
      '#EXTM3U',
      '#EXT-X-VERSION:6',
      '#EXT-X-TARGETDURATION:2',
      '#EXT-X-MEDIA-SEQUENCE:7',
      '#EXT-X-INDEPENDENT-SEGMENTS',
      '#EXT-X-MAP:URI="init-1.mp4"',
      '#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00.000Z',
      '#EXTINF:2.00000,',
      'seg-0.m4s',
      '#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:02.000Z',
      '#EXTINF:2.00000,',
      'seg-1.m4s',
      '#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:04.000Z',
      '#EXTINF:2.00000,',
      'seg-2.m4s',
    ]);
  });

  it('writes parts for the last three target durations, the growing segment and the hint', () => {
    const open = segment(4, { uri: undefined, durationS: 1, parts: segment(4).parts.slice(0, 2) });
    const segments = [segment(0), segment(1), segment(2), segment(3), open];
    expect(
      lines(
        formatMediaPlaylist(
          playlist({ segments, lowLatency: { ...LOW_LATENCY, preloadUri: 'part-18.m4s' } }),
        ),
      ),
    ).toEqual([
      '#EXTM3U',
      '#EXT-X-VERSION:6',
      '#EXT-X-TARGETDURATION:2',
      '#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.5',
      '#EXT-X-PART-INF:PART-TARGET=0.5',
      '#EXT-X-MEDIA-SEQUENCE:0',
      '#EXT-X-INDEPENDENT-SEGMENTS',
      '#EXT-X-MAP:URI="init-1.mp4"',
      '#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00.000Z',
      '#EXTINF:2.00000,',
      'seg-0.m4s',
      '#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:02.000Z',
      '#EXT-X-PART:DURATION=0.50000,URI="part-4.m4s",INDEPENDENT=YES',
      '#EXT-X-PART:DURATION=0.50000,URI="part-5.m4s"',
      '#EXT-X-PART:DURATION=0.50000,URI="part-6.m4s"',
      '#EXT-X-PART:DURATION=0.50000,URI="part-7.m4s"',
      '#EXTINF:2.00000,',
      'seg-1.m4s',
      '#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:04.000Z',
      '#EXT-X-PART:DURATION=0.50000,URI="part-8.m4s",INDEPENDENT=YES',
      '#EXT-X-PART:DURATION=0.50000,URI="part-9.m4s"',
      '#EXT-X-PART:DURATION=0.50000,URI="part-10.m4s"',
      '#EXT-X-PART:DURATION=0.50000,URI="part-11.m4s"',
      '#EXTINF:2.00000,',
      'seg-2.m4s',
      '#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:06.000Z',
      '#EXT-X-PART:DURATION=0.50000,URI="part-12.m4s",INDEPENDENT=YES',
      '#EXT-X-PART:DURATION=0.50000,URI="part-13.m4s"',
      '#EXT-X-PART:DURATION=0.50000,URI="part-14.m4s"',
      '#EXT-X-PART:DURATION=0.50000,URI="part-15.m4s"',
      '#EXTINF:2.00000,',
      'seg-3.m4s',
      '#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:08.000Z',
      '#EXT-X-PART:DURATION=0.50000,URI="part-16.m4s",INDEPENDENT=YES',
      '#EXT-X-PART:DURATION=0.50000,URI="part-17.m4s"',
      '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="part-18.m4s"',
    ]);
  });

  it('replaces what lies before the skip boundary in a delta update, and offers deltas only then', () => {
    const segments = Array.from({ length: 9 }, (_, index) => segment(index, { parts: [] }));
    const long = playlist({ mediaSequence: 100, segments, lowLatency: LOW_LATENCY });
    const whole = lines(formatMediaPlaylist(long));
    expect(whole).toContain(
      '#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.5,CAN-SKIP-UNTIL=12',
    );
    expect(lines(formatMediaPlaylist(long, true))).toEqual([
      '#EXTM3U',
      '#EXT-X-VERSION:9',
      ...whole.slice(2, 7),
      '#EXT-X-SKIP:SKIPPED-SEGMENTS=3',
      ...whole.slice(whole.indexOf('seg-2.m4s') + 1),
    ]);
    const short = playlist({ lowLatency: LOW_LATENCY });
    expect(formatMediaPlaylist(short, true)).toBe(formatMediaPlaylist(short));
    expect(formatMediaPlaylist(short)).not.toContain('CAN-SKIP-UNTIL');
  });

  it('marks a change of configuration with a discontinuity and a new map', () => {
    const segments = [
      segment(0),
      segment(1, { discontinuity: true, mapUri: 'init-2.mp4' }),
      segment(2, { mapUri: 'init-2.mp4' }),
    ];
    expect(lines(formatMediaPlaylist(playlist({ segments, discontinuitySequence: 3 }))).slice(3)).toEqual([
      '#EXT-X-MEDIA-SEQUENCE:0',
      '#EXT-X-DISCONTINUITY-SEQUENCE:3',
      '#EXT-X-INDEPENDENT-SEGMENTS',
      '#EXT-X-MAP:URI="init-1.mp4"',
      '#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00.000Z',
      '#EXTINF:2.00000,',
      'seg-0.m4s',
      '#EXT-X-DISCONTINUITY',
      '#EXT-X-MAP:URI="init-2.mp4"',
      '#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:02.000Z',
      '#EXTINF:2.00000,',
      'seg-1.m4s',
      '#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:04.000Z',
      '#EXTINF:2.00000,',
      'seg-2.m4s',
    ]);
  });

  it('marks gaps, and does not claim independence when a segment lacks it', () => {
    const gapPart = { uri: 'part-4.m4s', durationS: 0.5, independent: false, gap: true };
    const segments = [
      segment(0),
      segment(1, { gap: true, independent: false, durationS: 0.5, parts: [gapPart] }),
    ];
    const text = lines(
      formatMediaPlaylist(playlist({ segments, lowLatency: { ...LOW_LATENCY, preloadUri: undefined } })),
    );
    expect(text).not.toContain('#EXT-X-INDEPENDENT-SEGMENTS');
    expect(text.slice(-5)).toEqual([
      '#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:02.000Z',
      '#EXT-X-PART:DURATION=0.50000,URI="part-4.m4s",GAP=YES',
      '#EXT-X-GAP',
      '#EXTINF:0.50000,',
      'seg-1.m4s',
    ]);
  });

  it('ends with the list, without a hint', () => {
    const text = formatMediaPlaylist(playlist({ ended: true, lowLatency: LOW_LATENCY }));
    expect(text.endsWith('seg-2.m4s\n#EXT-X-ENDLIST\n')).toBe(true);
  });

  it('reports other renditions', () => {
    const renditionReports = [
      { uri: '../sub/media-ll.m3u8', lastSequence: 9, lastPart: 2 },
      { uri: '../tiny/media-ll.m3u8', lastSequence: 8, lastPart: undefined },
    ];
    expect(
      lines(formatMediaPlaylist(playlist({ lowLatency: { ...LOW_LATENCY, renditionReports } }))).slice(-2),
    ).toEqual([
      '#EXT-X-RENDITION-REPORT:URI="../sub/media-ll.m3u8",LAST-MSN=9,LAST-PART=2',
      '#EXT-X-RENDITION-REPORT:URI="../tiny/media-ll.m3u8",LAST-MSN=8',
    ]);
  });
});
