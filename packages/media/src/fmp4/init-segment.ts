/**
 * The initialisation segment of a stream: `ftyp` and `moov` without samples (ISO/IEC 14496-12 section 8.8,
 * CMAF ISO/IEC 23000-19 section 7.3). Everything a decoder must know before the first fragment, nothing else.
 *
 *   ftyp · moov ─┬─ mvhd
 *                ├─ trak (video, id 1) … stsd ─ avc1 ─┬─ avcC   (H.265: hvc1, hvcC)
 *                │                                    ├─ pasp   pixels that are not square
 *                │                                    └─ colr   when the camera names its colours
 *                ├─ trak (audio, id 2) … stsd ─ mp4a ── esds, Opus ── dOps or fLaC ── dfLa
 *                └─ mvex ─ trex per track
 */
import type { StreamConfig, TrackConfig, VideoConfig } from '../sample.ts';
import { ascii, box, fullBox, u16, u32 } from './box.ts';
import { audioSampleEntry } from './audio-sample-entry.ts';
import { SAMPLE_FLAGS } from './sample-flags.ts';
import { TRACK_IDS } from './track-id.ts';
import { videoSampleEntry } from './video-sample-entry.ts';

/** Ticks per second of the movie header; the tracks have their own. */
const MOVIE_TIMESCALE = 1000;
/** Identity matrix in the boxes' fixed-point form (16.16, last column 2.30). */
const IDENTITY_MATRIX = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);
const TRACK_ENABLED_IN_MOVIE = 0x000003;

/** Encodes the init segment for the tracks that `config` has. */
export function encodeInitSegment(config: StreamConfig): Buffer {
  const tracks = [config.video, config.audio].filter((track) => track !== undefined);
  return Buffer.concat([encodeFileType(tracks.length), encodeMovie(tracks)]);
}

/** CMAF tracks hold one track each: the `cmfc` brand is claimed only when that is true. */
function encodeFileType(trackCount: number): Buffer {
  const brands = ['iso6', 'mp41', ...(trackCount === 1 ? ['cmfc'] : [])];
  return box('ftyp', ascii('iso6'), u32(0), ascii(brands.join('')));
}

function encodeMovie(tracks: readonly TrackConfig[]): Buffer {
  return box(
    'moov',
    encodeMovieHeader(),
    ...tracks.map(encodeTrack),
    box('mvex', ...tracks.map(encodeTrackExtends)),
  );
}

function encodeMovieHeader(): Buffer {
  const nextTrackId = TRACK_IDS.audio + 1;
  return fullBox(
    'mvhd',
    0,
    0,
    u32(0, 0, MOVIE_TIMESCALE, 0), // created, modified, timescale, duration: not known for a live stream
    u32(0x00010000), // rate 1.0
    u16(0x0100, 0), // volume 1.0, reserved
    u32(0, 0), // reserved
    IDENTITY_MATRIX,
    u32(0, 0, 0, 0, 0, 0), // pre-defined
    u32(nextTrackId),
  );
}

function encodeTrack(track: TrackConfig): Buffer {
  return box('trak', encodeTrackHeader(track), encodeMedia(track));
}

function encodeTrackHeader(track: TrackConfig): Buffer {
  const [width, height] = track.kind === 'video' ? displaySize(track) : [0, 0];
  return fullBox(
    'tkhd',
    0,
    TRACK_ENABLED_IN_MOVIE,
    u32(0, 0, TRACK_IDS[track.kind], 0, 0), // created, modified, id, reserved, duration
    u32(0, 0), // reserved
    u16(0, 0, track.kind === 'audio' ? 0x0100 : 0, 0), // layer, group, volume, reserved
    IDENTITY_MATRIX,
    u32(width * 0x10000, height * 0x10000),
  );
}

/** Size on a screen with square pixels: the height stays, the width is stretched. Bounded to the field's 16 bits. */
function displaySize(video: VideoConfig): [width: number, height: number] {
  const [horizontal, vertical] = video.sampleAspectRatio;
  return [Math.min(0xffff, Math.round((video.width * horizontal) / vertical)), video.height];
}

function encodeMedia(track: TrackConfig): Buffer {
  const isVideo = track.kind === 'video';
  const undetermined = 0x55c4; // ISO 639-2 "und", five bits a letter
  return box(
    'mdia',
    fullBox('mdhd', 0, 0, u32(0, 0, track.timescale, 0), u16(undetermined, 0)),
    fullBox(
      'hdlr',
      0,
      0,
      u32(0),
      ascii(isVideo ? 'vide' : 'soun'),
      u32(0, 0, 0),
      ascii(isVideo ? 'video\0' : 'audio\0'),
    ),
    box(
      'minf',
      isVideo ? fullBox('vmhd', 0, 1, u16(0, 0, 0, 0)) : fullBox('smhd', 0, 0, u16(0, 0)),
      box('dinf', fullBox('dref', 0, 0, u32(1), fullBox('url ', 0, 1))), // flag 1: the media is in this file
      encodeSampleTable(track),
    ),
  );
}

/** A sample table with a description and no samples: those come in the fragments. */
function encodeSampleTable(track: TrackConfig): Buffer {
  const entry = track.kind === 'video' ? videoSampleEntry(track) : audioSampleEntry(track);
  return box(
    'stbl',
    fullBox('stsd', 0, 0, u32(1), entry),
    fullBox('stts', 0, 0, u32(0)),
    fullBox('stsc', 0, 0, u32(0)),
    fullBox('stsz', 0, 0, u32(0, 0)),
    fullBox('stco', 0, 0, u32(0)),
  );
}

function encodeTrackExtends(track: TrackConfig): Buffer {
  const flags = track.kind === 'video' ? SAMPLE_FLAGS.dependent : SAMPLE_FLAGS.sync;
  return fullBox('trex', 0, 0, u32(TRACK_IDS[track.kind], 1, 0, 0, flags)); // id, description, duration, size, flags
}
