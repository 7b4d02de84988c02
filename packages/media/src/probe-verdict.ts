import type { ProbeReport, ProbeTrack } from './probe-report.ts';
import type { AudioFacts, VideoFacts } from './stream/stream-status.ts';

/** H.264 profiles (`profile_idc`) that browsers and televisions decode: Baseline, Main, Extended, High. */
const COMMON_PROFILES: ReadonlySet<number> = new Set([66, 77, 88, 100]);
const RARE_PROFILES: Readonly<Record<number, string>> = {
  110: 'High 10',
  122: 'High 4:2:2',
  244: 'High 4:4:4',
  44: 'CAVLC 4:4:4',
};
/** What people know the encodings of `a=rtpmap` by. */
const SOUND_NAMES: Readonly<Record<string, string>> = {
  PCMU: 'G.711 µ-law',
  PCMA: 'G.711 A-law',
  L16: 'uncompressed sound',
  PCM: 'uncompressed sound',
  G722: 'G.722',
  G723: 'G.723.1',
  'G726-16': 'G.726',
  'G726-24': 'G.726',
  'G726-32': 'G.726',
  'G726-40': 'G.726',
  G729: 'G.729',
  MPA: 'MPEG audio',
};
/** A longer distance of key frames makes starting slow. */
const LONG_GOP_MS = 4_000;

/** Single pictures as often as this cost far more than video. */
const FLUENT_FPS = 5;

/** general_profile_idc of H.265 that devices decode: Main, Main 10, Main Still Picture. */
const H265_PROFILES: ReadonlySet<number> = new Set([1, 2, 3]);

/**
 * What browsers will make of a source, with a sentence that says why and what would help.
 * @param wantsAudio false when the source is read without its sound.
 */
export function judgeTracks(
  video: VideoFacts | undefined,
  audio: AudioFacts | undefined,
  tracks: readonly ProbeTrack[],
  wantsAudio: boolean,
): ProbeReport['verdict'] {
  if (!video) return { result: 'cannot-play', explanation: 'There is no video that Pantau can carry.' };
  if (video.codec === 'JPEG') return { result: 'plays', explanation: pictureAdvice(video) };
  const rare = findRareProfile(video);
  if (rare !== undefined) return { result: 'cannot-play', explanation: rare };
  const where = video.codecString.startsWith('hvc1') ? PLAYS_IN_SOME : 'plays everywhere';
  const advice = adviceOn(video);
  const unsupported = tracks
    .filter((track) => track.kind === 'audio' && !track.supported)
    .map((track) => nameSound(track.encoding));
  if (audio)
    return {
      result: 'plays',
      explanation: `${video.codec} with ${describeSound(audio, tracks)} ${where}.${advice}`,
    };
  if (!wantsAudio && tracks.some((track) => track.kind === 'audio')) {
    return {
      result: 'plays-without-sound',
      explanation: `${video.codec} ${where}; its sound is left out, as the settings say.${advice}`,
    };
  }
  if (unsupported.length > 0) {
    return {
      result: 'plays-without-sound',
      explanation: `${video.codec} ${where}; the sound (${unsupported.join(', ')}) is left out. Set the camera's sound to AAC or G.711.${advice}`,
    };
  }
  if (tracks.some((track) => track.kind === 'audio')) {
    return {
      result: 'plays-without-sound',
      explanation: `${video.codec} ${where}; a sound track is announced but nothing arrives on it.${advice}`,
    };
  }
  return { result: 'plays', explanation: `${video.codec} ${where}; the camera sends no sound.${advice}` };
}

/** The player asks its browser about the codec string, and says so where there is no decoder. */
const PLAYS_IN_SOME =
  'plays in Safari, and in Chrome, Edge and newer versions of Firefox on devices that decode it (H.264 plays everywhere)';

/** Why hardly any browser decodes this profile, in a sentence; undefined for the common ones. */
function findRareProfile({ codecString }: VideoFacts): string | undefined {
  if (codecString.startsWith('hvc1')) {
    const profile = Number(/^hvc1\.[ABC]?(\d+)/.exec(codecString)?.[1]);
    if (H265_PROFILES.has(profile)) return undefined;
    return `H.265 in profile ${profile}, which most browsers do not decode. Set the camera to Main, or to H.264.`;
  }
  const profile = Number.parseInt(codecString.slice(5, 7), 16);
  if (COMMON_PROFILES.has(profile)) return undefined;
  const name = RARE_PROFILES[profile] ?? `profile ${profile}`;
  return `H.264 in ${name}, which most browsers do not decode. Set the camera to High, Main or Baseline.`;
}

/** Of an HLS stream that is handed on as it is. */
export const RELAY_VERDICT: ProbeReport['verdict'] = {
  result: 'plays',
  explanation:
    'HLS of another server: it is handed on as it is, some seconds behind, with no faster way to watch.',
};

function pictureAdvice({ fps }: VideoFacts): string {
  const often = fps === undefined ? '' : ` about ${Math.round(fps * 10) / 10} a second,`;
  const advice = (fps ?? 0) < FLUENT_FPS ? '' : ' H.264 would cost a tenth of the bandwidth.';
  return `Single JPEG pictures,${often} shown by every browser; without sound.${advice}`;
}

/** What the camera sends, and as what it is delivered where that is another thing. */
function describeSound(audio: AudioFacts, tracks: readonly ProbeTrack[]): string {
  const sent = tracks.find((track) => track.kind === 'audio' && track.supported);
  return audio.codec === 'FLAC' && sent ? `${nameSound(sent.encoding)} (delivered as FLAC)` : audio.codec;
}

function nameSound(encoding: string): string {
  return SOUND_NAMES[encoding] ?? encoding;
}

function adviceOn(video: VideoFacts): string {
  if (video.gopMs === undefined)
    return ' No second key frame came while it was looked at, so starting takes long: set the key frame interval to 1 or 2 s.';
  if (video.gopMs <= LONG_GOP_MS) return '';
  const everyS = (video.gopMs / 1000).toFixed(1);
  return ` Key frames come only every ${everyS} s, so starting takes that long: set the key frame interval to 1 or 2 s.`;
}
