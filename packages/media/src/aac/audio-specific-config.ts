/**
 * AudioSpecificConfig (ISO/IEC 14496-3 section 1.6.2.1): which AAC it is, at which rate, with how many channels.
 * It beats what `a=rtpmap` says: cameras copy that line from elsewhere.
 *
 * High efficiency is announced in one of three ways (section 1.6.5): up front, by an object type of its own; behind the
 * configuration, for old decoders to overlook, where it may also say that there is none; or not at all, and then the
 * decoder finds out by itself.
 */
import { BitReader } from '../bytes/bit-reader.ts';
import { MediaError } from '../media-error.ts';
import type { AudioFormat } from '../audio/audio-frame.ts';
import { findSilentFrame } from './silent-frame.ts';

const AOT = { lowComplexity: 2, sbr: 5, parametricStereo: 29, escape: 31 } as const;
/** samplingFrequencyIndex (table 1.18). */
const SAMPLE_RATES = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350,
];
const EXPLICIT_RATE = 15;
/** channelConfiguration (table 1.19): 7 means 7.1. */
const CHANNELS = [undefined, 1, 2, 3, 4, 5, 6, 8];
/** A configuration with every extension is below this. */
const MAX_CONFIG_BYTES = 64;
/** syncExtensionType: what follows it extends the configuration. */
const SBR_FOLLOWS = { sync: 0x2b7, bits: 11 } as const;
const PS_FOLLOWS = { sync: 0x548, bits: 11 } as const;

/** What the configuration says, before it is judged. */
interface AacDescription {
  readonly objectType: number;
  readonly coreRate: number;
  readonly outputRate: number;
  readonly channelConfiguration: number;
  readonly coreFrameSamples: number;
}

/**
 * Parses the configuration.
 * @param fallbackChannels of `a=rtpmap`, where the configuration leaves channels to a program config element.
 * @throws MediaError `AUDIO_MALFORMED`, or `CODEC_UNSUPPORTED` for an object type that browsers do not play.
 */
export function parseAudioSpecificConfig(bytes: Buffer, fallbackChannels: number): AudioFormat {
  if (bytes.length > MAX_CONFIG_BYTES) throw malformed('the AAC configuration is too long');
  const reader = new BitReader(bytes, 'AUDIO_MALFORMED');
  const core = readAudioSpecificConfig(reader);
  const { objectType, outputRate, channelConfiguration, coreFrameSamples, coreRate } = readExtension(
    reader,
    core,
  );
  const coded = CHANNELS[channelConfiguration] ?? fallbackChannels;
  const channels = objectType === AOT.parametricStereo && coded === 1 ? 2 : coded;
  if (channels < 1 || channels > 8) throw malformed('the number of audio channels is out of range');
  const codecString = `mp4a.40.${objectType}`;
  return {
    config: {
      kind: 'audio',
      codec: 'aac',
      codecString,
      timescale: outputRate,
      sampleRate: outputRate,
      channels,
      decoderConfig: Buffer.from(bytes),
    },
    frameTicks: Math.round((coreFrameSamples * outputRate) / coreRate),
    silence: findSilentFrame(codecString, channels),
  };
}

/**
 * Reads a configuration up to its end, without what may follow for other decoders: where it stands among other things,
 * only reading it tells how long it is.
 * @throws MediaError `AUDIO_MALFORMED`, or `CODEC_UNSUPPORTED` for an object type that browsers do not play.
 */
export function readAudioSpecificConfig(reader: BitReader): AacDescription {
  const objectType = readObjectType(reader);
  const coreRate = readSampleRate(reader);
  const channelConfiguration = reader.readBits(4);
  const isHighEfficiency = objectType === AOT.sbr || objectType === AOT.parametricStereo;
  const outputRate = isHighEfficiency ? readSampleRate(reader) : coreRate;
  const coreType = isHighEfficiency ? readObjectType(reader) : objectType;
  if (coreType !== AOT.lowComplexity) {
    throw new MediaError('CODEC_UNSUPPORTED', `AAC object type ${coreType} does not play in browsers`);
  }
  // GASpecificConfig (section 4.4.1); some cameras end before it
  if (reader.bitsLeft < 3) {
    return { objectType, coreRate, outputRate, channelConfiguration, coreFrameSamples: 1024 };
  }
  const coreFrameSamples = reader.readFlag() ? 960 : 1024;
  if (reader.readFlag()) reader.skipBits(14); // dependsOnCoreCoder, coreCoderDelay
  reader.skipBits(1); // extensionFlag
  return { objectType, coreRate, outputRate, channelConfiguration, coreFrameSamples };
}

/** A configuration for AAC-LC, for cameras that announce AAC without one. Undefined for rates that AAC does not have. */
export function encodeLowComplexityConfig(sampleRate: number, channels: number): Buffer | undefined {
  const rateIndex = SAMPLE_RATES.indexOf(sampleRate);
  const channelConfiguration = CHANNELS.indexOf(channels);
  if (rateIndex < 0 || channelConfiguration < 1) return undefined;
  const bits = (AOT.lowComplexity << 11) | (rateIndex << 7) | (channelConfiguration << 3);
  return Buffer.from([bits >> 8, bits & 0xff]);
}

/** High efficiency that is announced behind the configuration. What cannot be read there says nothing. */
function readExtension(reader: BitReader, core: AacDescription): AacDescription {
  const { sync, bits } = SBR_FOLLOWS;
  if (core.objectType !== AOT.lowComplexity || core.channelConfiguration === 0) return core;
  if (reader.bitsLeft < bits + 5 + 1 + 4 || reader.readBits(bits) !== sync) return core;
  if (readObjectType(reader) !== AOT.sbr || !reader.readFlag()) return core;
  const outputRate = readSampleRate(reader);
  const hasStereo =
    reader.bitsLeft >= PS_FOLLOWS.bits + 1 &&
    reader.readBits(PS_FOLLOWS.bits) === PS_FOLLOWS.sync &&
    reader.readFlag();
  return { ...core, objectType: hasStereo ? AOT.parametricStereo : AOT.sbr, outputRate };
}

/** Bits of an extension that stands at the reader's position; 0 when there is none. */
export function measureExtension(reader: BitReader): number {
  const start = reader.position;
  if (reader.bitsLeft < SBR_FOLLOWS.bits + 5 + 1 || reader.readBits(SBR_FOLLOWS.bits) !== SBR_FOLLOWS.sync) {
    return 0;
  }
  reader.skipBits(5); // the object type
  if (reader.readFlag()) readSampleRate(reader);
  return reader.position - start;
}

function readObjectType(reader: BitReader): number {
  const type = reader.readBits(5);
  return type === AOT.escape ? 32 + reader.readBits(6) : type;
}

function readSampleRate(reader: BitReader): number {
  const index = reader.readBits(4);
  const rate = index === EXPLICIT_RATE ? reader.readBits(24) : SAMPLE_RATES[index];
  if (rate === undefined || rate < 4000 || rate > 192_000)
    throw malformed('the AAC sampling rate is out of range');
  return rate;
}

function malformed(message: string): MediaError {
  return new MediaError('AUDIO_MALFORMED', message);
}
