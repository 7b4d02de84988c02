/** SETUP of the tracks we carry (RFC 2326 section 10.4): the first usable video, the first usable audio. */
import type { Logger } from '@pantau/base/logger';
import { MediaError } from '../media-error.ts';
import { findSupportedEncoding } from './codec-support.ts';
import { resolveControlUrl } from './control-url.ts';
import type { InterleavedReceiver } from './interleaved-receiver.ts';
import type { RtspDialogue } from './rtsp-dialogue.ts';
import type { RtspUrl } from './rtsp-url.ts';
import type { SdpMedia } from './sdp.ts';
import { parseTransportHeader } from './transport-header.ts';

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
export function chooseTracks(media: readonly SdpMedia[], withAudio = true): ChosenTracks {
  const video = findTrack(media, 'video');
  if (video === undefined) {
    const tracks = media.map(({ kind, encoding, clockRate }) => ({ kind, encoding, clockRate }));
    const offered = tracks.filter((track) => track.kind !== 'other').map((track) => track.encoding);
    throw new MediaError(
      'CODEC_UNSUPPORTED',
      `The camera offers no video that Pantau can show (offered: ${[...new Set(offered)].join(', ') || 'nothing'})`,
      { details: { offered, tracks } },
    );
  }
  return { video, audio: withAudio ? findTrack(media, 'audio') : undefined };
}

function findTrack(media: readonly SdpMedia[], kind: 'video' | 'audio'): number | undefined {
  const ofKind = media.flatMap((section, index) => (section.kind === kind ? [{ section, index }] : []));
  const received = ofKind.filter(({ section }) => !section.isSendOnly);
  const candidates = received.length > 0 ? received : ofKind;
  return candidates.find(({ section }) => findSupportedEncoding(section) !== undefined)?.index;
}

/**
 * Sets the chosen tracks up, interleaved; the receiver learns the channels the camera decided on.
 * A camera that refuses the audio is played without.
 * @returns the indexes that were set up.
 * @throws MediaError as `RtspDialogue.request`, and SOURCE_REFUSED when the camera insists on UDP.
 */
export async function setUpTracks(
  dialogue: RtspDialogue,
  receiver: InterleavedReceiver,
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
      await setUp(dialogue, receiver, base, section, index, limits);
      done.add(index);
    } catch (error) {
      const isOptional = index !== chosen.video && error instanceof MediaError && isRefusal(error);
      if (!isOptional) throw error;
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
  receiver: InterleavedReceiver,
  base: RtspUrl,
  section: SdpMedia,
  index: number,
  limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const asked = freeChannels(receiver);
  const url = resolveControlUrl(base, section.control).href;
  // without `mode`: some servers stumble over it
  const Transport = `RTP/AVP/TCP;unicast;interleaved=${asked.rtp}-${asked.rtcp}`;
  const response = await dialogue.request('SETUP', url, { Transport }, limits);
  const transport = parseTransportHeader(response.headers.find('transport') ?? '');
  if (transport.isUdp) {
    throw new MediaError('SOURCE_REFUSED', 'The camera does not send its media over TCP');
  }
  const given = transport.channels;
  const isUsable = given !== undefined && !receiver.hasChannel(given.rtp) && !receiver.hasChannel(given.rtcp);
  receiver.addTrack(index, section, isUsable ? given : asked, transport.ssrc);
}

function freeChannels(receiver: InterleavedReceiver): { readonly rtp: number; readonly rtcp: number } {
  let rtp = 0;
  while (receiver.hasChannel(rtp) || receiver.hasChannel(rtp + 1)) rtp += 2;
  return { rtp, rtcp: rtp + 1 };
}

function isRefusal(error: MediaError): boolean {
  return error.code === 'SOURCE_REFUSED' || error.code === 'SOURCE_NOT_FOUND';
}
