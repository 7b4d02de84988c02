/** Looks at a camera once and says what it is. */
import { silentLogger } from '@pantau/base/logger';
import { AppError } from '@pantau/base/errors';
import {
  MediaError,
  type ProbeReport,
  type RtspTransport,
  type SourceDefinition,
  type TlsFacts,
} from '@pantau/media';
import { loadConfig } from '../config/config.ts';
import { ENCRYPTED, isEncrypted } from '../cameras/source-url.ts';
import { printable } from '../printable.ts';
import type { CliHost } from './run-cli.ts';
import { cliAddressRule } from './session.ts';

/** Leaves a second for starting and stopping within the ten that a command may take. */
export const PROBE_TIMEOUT_MS = 8500;

/** @throws MediaError when it cannot be opened in time. */
export async function probeSource(
  host: CliHost,
  source: SourceDefinition,
  timeoutMs: number,
): Promise<ProbeReport> {
  const config = loadConfig({ environment: host.environment, workingDir: host.workingDir });
  await using engine = await host.createEngine({
    clock: host.clock,
    logger: silentLogger,
    clientAddress: () => '',
    isAddressAllowed: cliAddressRule(config),
  });
  try {
    return await engine.probe(source, { timeoutMs: Math.min(timeoutMs, PROBE_TIMEOUT_MS) });
  } catch (error) {
    // The engine knows no settings; the operator has to hear which one it is.
    if (error instanceof MediaError && error.code === 'SOURCE_ADDRESS_REFUSED')
      host.writeError('PANTAU_CAMERA_ADDRESSES in the settings allows more addresses.\n');
    throw error;
  }
}

/** @throws MediaError CODEC_UNSUPPORTED when no browser will play it. */
export function refuseUnplayable(report: ProbeReport): void {
  if (report.verdict.result !== 'cannot-play') return;
  throw new MediaError('CODEC_UNSUPPORTED', report.verdict.explanation);
}

/**
 * A camera whose password is stored but unreadable is not tried without it: many cameras lock the account after a few tries.
 * @throws AppError CREDENTIALS_UNREADABLE
 */
export function refuseUnreadable(isUnreadable: boolean): void {
  if (!isUnreadable) return;
  throw new AppError(
    'data-loss',
    'CREDENTIALS_UNREADABLE',
    'The camera was not tried without its password. Restore the key file, or enter the password again with --password-stdin.',
  );
}

/** Lower case family of the codec, e.g. `h264`. @throws MediaError when the camera cannot be played. */
export async function probeCodec(host: CliHost, source: SourceDefinition): Promise<string | null> {
  try {
    const report = await probeSource(host, source, PROBE_TIMEOUT_MS);
    refuseUnplayable(report);
    return report.video?.codec.toLowerCase().replace(/[^a-z0-9]/g, '') ?? null;
  } catch (error) {
    host.writeError('The camera was not stored. To store it all the same add --no-probe.\n');
    throw error;
  }
}

/** What an operator may say about the way to a camera. */
export interface PathOptions {
  readonly transport?: RtspTransport;
  readonly tlsFingerprint?: string;
  /** False with `--no-audio`. */
  readonly audio?: boolean;
}

/**
 * The source with what was said about the way to it; the rest stays as it was stored.
 * @throws AppError USAGE for a certificate of an address that has none.
 */
export function withPathOptions(
  source: SourceDefinition,
  { transport, tlsFingerprint, audio }: PathOptions,
): SourceDefinition {
  if (tlsFingerprint !== undefined && !isEncrypted(source.url))
    throw new AppError(
      'invalid',
      'USAGE',
      `--tls-fingerprint needs ${ENCRYPTED} address: only they have a certificate.`,
    );
  return {
    ...source,
    ...(transport === undefined ? {} : { transport }),
    ...(tlsFingerprint === undefined ? {} : { tlsFingerprint }),
    ...(audio === false ? { audio } : {}),
  };
}

/** Lines for people. */
export function formatProbe(report: ProbeReport): string {
  const { path, video, audio, bitrate, firstKeyframeAfterMs, verdict } = report;
  const lines: readonly (readonly [string, string | undefined])[] = [
    ['Camera', report.server],
    ['Tracks', formatTracks(report)],
    ['Transport', path && formatTransport(path)],
    ['Certificate', path?.tls && formatCertificate(path.tls)],
    ['Video', video && formatVideo(video)],
    ['Audio', audio === undefined ? video && 'none' : formatAudio(audio)],
    ['Bitrate', bitrate === undefined ? undefined : `${round(bitrate / 1000)} kbit/s`],
    [
      'First picture',
      firstKeyframeAfterMs === undefined ? undefined : `after ${round(firstKeyframeAfterMs / 1000)} s`,
    ],
    ['Browsers', `${VERDICTS[verdict.result]} ${verdict.explanation}`],
  ];
  return lines
    .filter((line) => line[1] !== undefined)
    .map(([label, value]) => `${`${label}:`.padEnd(15)}${printable(value ?? '')}\n`)
    .join('');
}

/** What the camera announced; a stream over HTTP announces nothing. */
function formatTracks({ tracks, path }: ProbeReport): string | undefined {
  if (path === undefined && tracks.length === 1) return undefined;
  const texts = tracks.map(
    (track) =>
      `${track.kind} ${track.encoding}/${track.clockRate}${track.supported ? '' : ' (not supported)'}`,
  );
  return texts.join(', ') || 'none';
}

/** With UDP only the control connection is encrypted. */
function formatTransport({ transport, tls }: NonNullable<ProbeReport['path']>): string {
  const way = TRANSPORTS[transport];
  if (tls === undefined) return way;
  return `${way}, ${transport === 'udp' ? 'not encrypted' : 'encrypted (TLS)'}`;
}

function formatVideo(video: NonNullable<ProbeReport['video']>): string {
  const size = `${video.width}x${video.height}`;
  const rate = video.fps === undefined ? 'frame rate unknown' : `${round(video.fps)} fps`;
  // Each of them stands alone: no key frames, no order.
  if (video.codec === 'JPEG') return ['single JPEG pictures', size, rate].join(', ');
  return [
    `${video.codec} (${video.codecString})`,
    size,
    rate,
    video.gopMs === undefined
      ? 'key frame distance unknown'
      : `key frame every ${round(video.gopMs / 1000)} s`,
    video.bFrames ? 'B-frames' : 'no B-frames',
  ].join(', ');
}

function formatAudio(audio: NonNullable<ProbeReport['audio']>): string {
  const channels = audio.channels === 1 ? 'mono' : `${audio.channels} channels`;
  return `${audio.codec} (${audio.codecString}), ${audio.sampleRate} Hz, ${channels}`;
}

/** The report for programs. */
export function probeToJson(report: ProbeReport): object {
  const { path, video, audio } = report;
  return {
    server: report.server ?? null,
    transport: path?.transport ?? null,
    tls: path?.tls ?? null,
    tracks: report.tracks.map((track) => ({
      kind: track.kind,
      encoding: track.encoding,
      clock_rate: track.clockRate,
      supported: track.supported,
    })),
    video:
      video === undefined
        ? null
        : {
            codec: video.codec,
            codec_string: video.codecString,
            width: video.width,
            height: video.height,
            fps: video.fps ?? null,
            gop_ms: video.gopMs ?? null,
            b_frames: video.bFrames,
          },
    audio:
      audio === undefined
        ? null
        : {
            codec: audio.codec,
            codec_string: audio.codecString,
            sample_rate: audio.sampleRate,
            channels: audio.channels,
          },
    bitrate: report.bitrate ?? null,
    first_keyframe_after_ms: report.firstKeyframeAfterMs ?? null,
    verdict: report.verdict,
  };
}

const TRANSPORTS = { tcp: 'TCP', udp: 'UDP', http: 'TCP, through HTTP' } as const;

function formatCertificate({ fingerprint, verified }: TlsFacts): string {
  const judgement = verified
    ? 'a known authority vouches for it'
    : 'nobody vouches for it: pin it with --tls-fingerprint';
  return `${fingerprint} (${judgement})`;
}

const VERDICTS = {
  plays: 'Plays.',
  'plays-without-sound': 'Plays without sound.',
  'cannot-play': 'Cannot play.',
} as const;

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
