/**
 * The viewer's offer (RFC 9725, RFC 8829): which of the payload types it names can carry our stream. The offer is hostile
 * input: read line by line, bounded, and cut down to the one payload type per track that is answered.
 */
import type { G711Law, VideoConfig } from '../sample.ts';
import { keepCandidates } from './offered-candidates.ts';

/** What the answer will carry. */
export interface ChosenPayloads {
  /** Payload type of the picture; undefined when the viewer cannot take it. */
  readonly video: number | undefined;
  readonly audio: number | undefined;
}

/** Sound that WebRTC knows (RFC 7874): what our track would have to be. */
export type WhepAudioCodec = 'opus' | G711Law;

const MAX_LINES = 4096;
const MAX_PAYLOAD_TYPES = 128;
/** Media sections: a browser has one for each track. The library does work for each, whatever is in it. */
const MAX_SECTIONS = 8;

interface OfferedSection {
  readonly kind: string;
  /** Lines of the section, its `m=` first. */
  readonly lines: string[];
  readonly payloadTypes: readonly number[];
}

interface Offer {
  readonly session: readonly string[];
  readonly sections: readonly OfferedSection[];
}

/** Undefined when it is no session description with a media section. */
export function parseOffer(text: string): Offer | undefined {
  const lines = text.split(/\r\n|\n/, MAX_LINES + 1).filter((line) => line !== '');
  if (lines.length > MAX_LINES || lines[0] !== 'v=0') return undefined;
  const session: string[] = [];
  const sections: OfferedSection[] = [];
  for (const line of lines) {
    if (line.startsWith('m=')) {
      if (sections.length >= MAX_SECTIONS) return undefined;
      const [kind = '', , , ...formats] = line.slice(2).split(' ');
      const payloadTypes = formats
        .filter((format) => /^\d{1,3}$/.test(format))
        .map(Number)
        .slice(0, MAX_PAYLOAD_TYPES);
      sections.push({ kind, lines: [line], payloadTypes });
    } else {
      (sections.at(-1)?.lines ?? session).push(line);
    }
  }
  return sections.length === 0 ? undefined : { session, sections };
}

/** Finds the payload types that fit: for H.264 packetization mode 1, of the same profile if there is one. */
export function choosePayloads(
  offer: Offer,
  video: Pick<VideoConfig, 'codec' | 'codecString'>,
  audio: WhepAudioCodec | undefined,
): ChosenPayloads {
  const picture = offer.sections.find(({ kind }) => kind === 'video');
  const sound = offer.sections.find(({ kind }) => kind === 'audio');
  return {
    video: picture && chooseVideo(picture, video),
    audio: sound && audio && chooseAudio(sound, audio),
  };
}

/**
 * The offer with nothing in it but the chosen payload types and candidates that a viewer may have; sections of which no payload type is
 * chosen keep theirs.
 * @param viewer address that the offer came from.
 */
export function narrowOffer(offer: Offer, chosen: ChosenPayloads, viewer: string): string {
  const lines = [...offer.session];
  for (const section of offer.sections) {
    const payloadType =
      section.kind === 'video' ? chosen.video : section.kind === 'audio' ? chosen.audio : undefined;
    if (payloadType === undefined) lines.push(...section.lines);
    else lines.push(...narrow(section, payloadType));
  }
  return `${keepCandidates(lines, viewer).join('\r\n')}\r\n`;
}

function narrow({ lines }: OfferedSection, payloadType: number): string[] {
  const [media = '', ...rest] = lines;
  const head = media.split(' ').slice(0, 3).join(' ');
  const kept = rest.filter((line) => {
    const about = /^a=(?:rtpmap|fmtp|rtcp-fb):(\d{1,3}|\*)[ :]/.exec(line);
    return about === null || about[1] === '*' || Number(about[1]) === payloadType;
  });
  return [`${head} ${payloadType}`, ...kept];
}

function chooseVideo(
  section: OfferedSection,
  video: Pick<VideoConfig, 'codec' | 'codecString'>,
): number | undefined {
  if (video.codec === 'h265')
    return section.payloadTypes.find((type) => encodingOf(section, type) === 'H265');
  if (video.codec !== 'h264') return undefined;
  const usable = section.payloadTypes.filter(
    (type) =>
      encodingOf(section, type) === 'H264' && parameterOf(section, type, 'packetization-mode') === '1',
  );
  const profile = video.codecString.slice('avc1.'.length, 'avc1.'.length + 2).toLowerCase();
  const sameProfile = usable.find((type) =>
    parameterOf(section, type, 'profile-level-id')?.toLowerCase().startsWith(profile),
  );
  return sameProfile ?? usable[0];
}

function chooseAudio(section: OfferedSection, audio: WhepAudioCodec): number | undefined {
  // The static types need no rtpmap (RFC 3551).
  const fixed = audio === 'PCMU' ? 0 : audio === 'PCMA' ? 8 : undefined;
  return section.payloadTypes.find(
    (type) => type === fixed || encodingOf(section, type) === audio.toUpperCase(),
  );
}

/** Encoding name of a payload type, in upper case. */
function encodingOf({ lines }: OfferedSection, payloadType: number): string | undefined {
  const prefix = `a=rtpmap:${payloadType} `;
  const line = lines.find((each) => each.startsWith(prefix));
  return line?.slice(prefix.length).split('/', 1)[0]?.toUpperCase();
}

function parameterOf({ lines }: OfferedSection, payloadType: number, name: string): string | undefined {
  const prefix = `a=fmtp:${payloadType} `;
  const line = lines.find((each) => each.startsWith(prefix));
  for (const item of line?.slice(prefix.length).split(';') ?? []) {
    const [key = '', value = ''] = item.split('=', 2);
    if (key.trim().toLowerCase() === name) return value.trim();
  }
  return undefined;
}
