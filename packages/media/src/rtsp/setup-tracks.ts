/** SETUP of the tracks we carry (RFC 2326 section 10.4): the first usable video, the first usable audio. */
import type { Logger } from '@pantau/base/logger';
import { MediaError } from '../media-error.ts';
import { findSupportedEncoding } from './codec-support.ts';
import { resolveControlUrl } from './control-url.ts';
import { OtherTransport, type MediaTransport } from './media-transport.ts';
import type { RtspDialogue } from './rtsp-dialogue.ts';
import type { RtspUrl } from './rtsp-url.ts';
import type { SdpMedia } from './sdp.ts';

/** RFC 2326 section 11.3.11. */
const UNSUPPORTED_TRANSPORT = 461;

/** Index of a section to set up, video first. */
export interface ChosenTracks {
  readonly video: number;
  readonly audio: number | undefined;
}

/**
 * Chooses the sections to set up. A section marked as sent by us is the way back to the camera, unless nothing else
 * of its kind is there: some cameras mark their picture so.
 * @param withAudio false leaves the sound out, whatever is offered.
 * @throws MediaError CODEC_UNSUPPORTED naming what was offered, also in `details.offered` (encodings of video and
 * audio) and `details.tracks` (`kind`, `encoding`, `clockRate` of every section).
 */
export function chooseTracks(
  media: readonly SdpMedia[],
  wishes: { readonly audio?: boolean; readonly isInsideTls?: boolean } = {},
): ChosenTracks {
  const isInsideTls = wishes.isInsideTls === true;
  const video = findTrack(media, 'video', isInsideTls);
  if (video === undefined) {
    const tracks = media.map(({ kind, encoding, clockRate }) => ({ kind, encoding, clockRate }));
    if (media.some((section) => section.kind === 'video' && section.isEncrypted)) throw onlyEncrypted();
    const offered = tracks.filter((track) => track.kind !== 'other').map((track) => track.encoding);
    throw new MediaError(
      'CODEC_UNSUPPORTED',
      `The camera offers no video that Pantau can show (offered: ${[...new Set(offered)].join(', ') || 'nothing'})`,
      { details: { offered, tracks } },
    );
  }
  // Nothing plays sound beside single pictures.
  const takesAudio = wishes.audio !== false && !isJpeg(media[video]);
  return { video, audio: takesAudio ? findTrack(media, 'audio', isInsideTls) : undefined };
}

function findTrack(
  media: readonly SdpMedia[],
  kind: 'video' | 'audio',
  takesEncrypted: boolean,
): number | undefined {
  const ofKind = media.flatMap((section, index) =>
    section.kind === kind && (takesEncrypted || !section.isEncrypted) ? [{ section, index }] : [],
  );
  const received = ofKind.filter(({ section }) => !section.isSendOnly);
  const candidates = (received.length > 0 ? received : ofKind).toSorted(
    (a, b) => Number(a.section.isEncrypted) - Number(b.section.isEncrypted),
  );
  const usable = candidates.filter(({ section }) => findSupportedEncoding(section) !== undefined);
  // Single pictures play in fewer ways and cost more: only where there is nothing else.
  return (usable.find(({ section }) => !isJpeg(section)) ?? usable[0])?.index;
}

function isJpeg(section: SdpMedia | undefined): boolean {
  return section !== undefined && findSupportedEncoding(section) === 'JPEG';
}

/**
 * Sets the chosen tracks up. A camera that refuses the audio is played without.
 * @returns the indexes that were set up.
 * @throws MediaError as `RtspDialogue.request`; OtherTransport when the camera wants its media to travel in another way.
 */
export async function setUpTracks(
  dialogue: RtspDialogue,
  transport: MediaTransport,
  base: RtspUrl,
  media: readonly SdpMedia[],
  chosen: ChosenTracks,
  limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
  logger: Logger,
): Promise<ReadonlySet<number>> {
  const done = new Set<number>();
  for (const index of [chosen.video, chosen.audio]) {
    const section = index === undefined ? undefined : media[index];
    if (index === undefined || section === undefined) continue;
    try {
      await setUp(dialogue, transport, base, section, index, limits);
      done.add(index);
    } catch (error) {
      if (index === chosen.video || !isRefusal(error)) throw error;
      logger.warn(
        { encoding: section.encoding, reason: error.message },
        'the camera refused its audio track',
      );
    }
  }
  return done;
}

async function setUp(
  dialogue: RtspDialogue,
  transport: MediaTransport,
  base: RtspUrl,
  section: SdpMedia,
  index: number,
  limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const url = resolveControlUrl(base, section.control).href;
  // inside TLS it need not be encrypted twice; in datagrams there is nothing else
  if (section.isEncrypted && transport.name === 'udp') throw new OtherTransport('tcp');
  using offer = await transport.offer(section.isFeedbackProfile === true ? 'AVPF' : 'AVP');
  const response = await dialogue.exchange('SETUP', url, { Transport: offer.header }, limits);
  const answer = response.headers.find('transport') ?? '';
  if (section.isEncrypted && (response.status >= 300 || /SAVP/i.test(answer))) throw onlyEncrypted();
  if (response.status === UNSUPPORTED_TRANSPORT) {
    throw new OtherTransport(transport.name === 'tcp' ? 'udp' : 'tcp');
  }
  dialogue.check('SETUP', response);
  offer.accept(answer, index, section);
}

function onlyEncrypted(): MediaError {
  return new MediaError(
    'CODEC_UNSUPPORTED',
    'The camera offers its media encrypted (SRTP) only, which Pantau does not receive: switch that off in the camera, or take SRTP out of the URL',
  );
}

function isRefusal(error: unknown): error is Error {
  if (error instanceof OtherTransport) return true;
  return (
    error instanceof MediaError &&
    ['SOURCE_REFUSED', 'SOURCE_NOT_FOUND', 'CODEC_UNSUPPORTED'].includes(error.code)
  );
}
