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

/** What browsers will make of a source, with a sentence that says why and what would help. */
export function judgeTracks(
  video: VideoFacts | undefined,
  audio: AudioFacts | undefined,
  tracks: readonly ProbeTrack[],
): ProbeReport['verdict'] {
  if (!video) return { result: 'cannot-play', explanation: 'There is no video that Pantau can carry.' };
  const profile = Number.parseInt(video.codecString.slice(5, 7), 16);
  if (!COMMON_PROFILES.has(profile)) {
    const name = RARE_PROFILES[profile] ?? `profile ${profile}`;
    return {
      result: 'cannot-play',
      explanation: `H.264 in ${name}, which most browsers do not decode. Set the camera to High, Main or Baseline.`,
    };
  }
  const advice = adviceOn(video);
  const unsupported = tracks
    .filter((track) => track.kind === 'audio' && !track.supported)
    .map((track) => nameSound(track.encoding));
  if (audio)
    return {
      result: 'plays',
      explanation: `${video.codec} with ${describeSound(audio, tracks)} plays everywhere.${advice}`,
    };
  if (unsupported.length > 0) {
    return {
      result: 'plays-without-sound',
      explanation: `${video.codec} plays everywhere; the sound (${unsupported.join(', ')}) is left out. Set the camera's sound to AAC or G.711.${advice}`,
    };
  }
  if (tracks.some((track) => track.kind === 'audio')) {
    return {
      result: 'plays-without-sound',
      explanation: `${video.codec} plays everywhere; a sound track is announced but nothing arrives on it.${advice}`,
    };
  }
  return {
    result: 'plays',
    explanation: `${video.codec} plays everywhere; the camera sends no sound.${advice}`,
  };
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
  if (video.gopMs === undefined || video.gopMs <= LONG_GOP_MS) return '';
  const everyS = (video.gopMs / 1000).toFixed(1);
  return ` Key frames come only every ${everyS} s, so starting takes that long: set the key frame interval to 1 or 2 s.`;
}
