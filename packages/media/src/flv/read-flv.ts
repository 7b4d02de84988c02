/**
 * FLV over HTTP as a source: tags to access units and frames, on the same timeline as a camera's RTP. A tag's NAL units go through the
 * reader that RTP packets go through, one by one: what cameras do wrong in their pictures they do wrong in both.
 */
import { parseAudioSpecificConfig } from '../aac/audio-specific-config.ts';
import type { AudioFormat } from '../audio/audio-frame.ts';
import type { HttpWork } from '../http/http-source.ts';
import { ReadingPace } from '../http/reading-pace.ts';
import type { MediaDescription } from '../media-description.ts';
import { MediaError } from '../media-error.ts';
import { createVideoReader } from '../media-readers.ts';
import type { Arrival } from '../rtp/arrival.ts';
import type { RtpPacket } from '../rtp/rtp-packet.ts';
import { VIDEO_TIMESCALE } from '../sample.ts';
import type { OpenSourceOptions } from '../source.ts';
import { EventSequencer } from '../timeline/event-sequencer.ts';
import { MediaTimeline } from '../timeline/media-timeline.ts';
import type { VideoReader } from '../video/access-unit.ts';
import { FlvReader, type FlvSink, type FlvVideoCodec } from './flv-reader.ts';
import { readRecord, splitUnits } from './parameter-sets-of-record.ts';

const TICKS_PER_MS = VIDEO_TIMESCALE / 1000;
const ENCODINGS: Readonly<Record<FlvVideoCodec, string>> = { h264: 'H264', h265: 'H265' };
/** Clock of sound on the timeline: that of the tags. */
const TAG_CLOCK_RATE = 1000;

/** Reads until the body ends. @throws MediaError */
export async function readFlv({
  options,
  body,
  signal,
  onTrouble,
}: Pick<HttpWork, 'options' | 'body' | 'signal' | 'onTrouble'>): Promise<void> {
  const pipeline = new FlvPipeline(options, onTrouble);
  const reader = new FlvReader(pipeline);
  const pace = new ReadingPace({ clock: options.clock, signal, onTrouble });
  try {
    for await (const chunk of body) {
      const tags = reader.push(chunk);
      await pace.note(chunk.length, tags + pipeline.takeUnitCount());
    }
  } finally {
    pipeline.close();
  }
}

/** The tracks that were opened at the first picture; before that only configurations are noted. */
interface OpenTracks {
  readonly codec: FlvVideoCodec;
  readonly video: VideoReader;
  readonly timeline: MediaTimeline;
  readonly sequencer: EventSequencer;
  readonly hasSound: boolean;
}

class FlvPipeline implements FlvSink {
  readonly onTrouble: (message: string) => void;
  readonly #options: OpenSourceOptions;
  #lengthBytes = 4;
  #sets: readonly Buffer[] = [];
  #sound: AudioFormat | undefined;
  #open: OpenTracks | undefined;
  #units = 0;

  constructor(options: OpenSourceOptions, onTrouble: (message: string) => void) {
    this.#options = options;
    this.onTrouble = onTrouble;
  }

  /** NAL units since it was asked last. */
  takeUnitCount(): number {
    const units = this.#units;
    this.#units = 0;
    return units;
  }

  onVideoConfig(codec: FlvVideoCodec, record: Buffer): void {
    const contents = readRecord(codec, record);
    if (contents === undefined) {
      this.onTrouble('an FLV decoder configuration cannot be read');
      return;
    }
    this.#lengthBytes = contents.lengthBytes;
    this.#sets = contents.parameterSets;
  }

  onVideo(codec: FlvVideoCodec, data: Buffer, dtsMs: number, offsetMs: number): void {
    const units = splitUnits(data, this.#lengthBytes);
    this.#units += units.length;
    if (units.length === 0) return;
    this.#open ??= this.#openTracks(codec);
    if (this.#open.codec !== codec) throw new MediaError('SOURCE_CLOSED', 'The camera changed its codec');
    // Times on the wire are those of showing, as in RTP.
    const timestamp = ((dtsMs + offsetMs) * TICKS_PER_MS) >>> 0;
    const arrival = this.#arrival();
    const all = [...this.#sets, ...units];
    this.#sets = [];
    all.forEach((payload, index) => {
      this.#open?.video.push(packetOf(payload, timestamp, index === all.length - 1), 0, arrival);
    });
  }

  onAacConfig(config: Buffer): void {
    if (this.#open !== undefined || this.#options.source.audio === false) return;
    try {
      this.#sound = parseAudioSpecificConfig(config, 1);
    } catch (error) {
      if (!(error instanceof MediaError)) throw error;
      this.onTrouble(error.message); // the picture plays without
    }
  }

  onAac(frame: Buffer, timeMs: number): void {
    const tracks = this.#open;
    if (tracks?.hasSound !== true) return;
    tracks.sequencer.noteSound();
    // A copy of its own: a view would keep the whole chunk of the socket alive.
    tracks.timeline.pushSound({
      data: Buffer.from(frame),
      timestamp: timeMs >>> 0,
      arrival: this.#arrival(),
    });
  }

  close(): void {
    this.#open?.sequencer.close();
  }

  /** @throws MediaError CODEC_UNSUPPORTED */
  #openTracks(codec: FlvVideoCodec): OpenTracks {
    const { clock, onEvent } = this.#options;
    const sound = this.#sound;
    const sequencer = new EventSequencer({ clock, audio: sound?.config, onEvent });
    const timeline = new MediaTimeline({
      videoClockRate: VIDEO_TIMESCALE,
      audio: sound === undefined ? undefined : { clockRate: TAG_CLOCK_RATE, format: sound },
      onPicture: (picture) => sequencer.pushPicture(picture),
      onSound: (sample) => sequencer.pushSound(sample),
    });
    const video = createVideoReader(describe(codec), {
      onAccessUnit: (unit) => timeline.pushPicture(unit),
      onTrouble: this.onTrouble,
    });
    return { codec, video, timeline, sequencer, hasSound: sound !== undefined };
  }

  #arrival(): Arrival {
    const { clock } = this.#options;
    return { wallMs: clock.now(), monotonicMs: clock.monotonic() };
  }
}

/** A NAL unit as the only one of an RTP packet. */
function packetOf(payload: Buffer, timestamp: number, marker: boolean): RtpPacket {
  return { payloadType: 96, marker, sequenceNumber: 0, timestamp, ssrc: 0, payload };
}

function describe(codec: FlvVideoCodec): MediaDescription {
  return {
    kind: 'video',
    payloadType: 96,
    encoding: ENCODINGS[codec],
    clockRate: VIDEO_TIMESCALE,
    channels: 1,
    fmtp: new Map(),
    control: undefined,
    framerate: undefined,
  };
}
