/** Two small stream configurations and samples for the tests of this folder. */
import type { AudioConfig, Sample, VideoConfig } from '../sample.ts';

/** 640×360 High; the configuration record is short on purpose: the boxes do not look inside. */
export const VIDEO: VideoConfig = {
  kind: 'video',
  codec: 'h264',
  codecString: 'avc1.64001e',
  timescale: 90_000,
  width: 640,
  height: 360,
  sampleAspectRatio: [1, 1],
  announcedFps: 25,
  maxReorder: 0,
  decoderConfig: Buffer.from('0164001effe0', 'hex'),
};

/** AAC-LC, 48 kHz, mono. */
export const AUDIO: AudioConfig = {
  kind: 'audio',
  codec: 'aac',
  codecString: 'mp4a.40.2',
  timescale: 48_000,
  sampleRate: 48_000,
  channels: 1,
  decoderConfig: Buffer.from('1188', 'hex'),
};

/** A video sample of 25 fps unless `fields` says otherwise. */
export function videoSample(fields: Partial<Sample> = {}): Sample {
  return {
    kind: 'video',
    data: Buffer.from('0000000165', 'hex'),
    dts: 90_000,
    pts: 90_000,
    duration: 3600,
    keyframe: true,
    wallMs: 0,
    ...fields,
  };
}

/** An audio sample of 1024 ticks unless `fields` says otherwise. */
export function audioSample(fields: Partial<Sample> = {}): Sample {
  return {
    kind: 'audio',
    data: Buffer.from('2110', 'hex'),
    dts: 48_000,
    pts: 48_000,
    duration: 1024,
    keyframe: true,
    wallMs: 0,
    ...fields,
  };
}
