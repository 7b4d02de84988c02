/**
 * Session descriptions (RFC 4566) as cameras send them. Line tolerant: `v= o= s= c= t=` are not looked at, lines that
 * cannot be read are skipped, a media section that cannot be used drops only itself.
 */
import { MediaError } from '../media-error.ts';
import { findSupportedEncoding } from './codec-support.ts';
import type { MediaDescription } from '../media-description.ts';
import type { KeyframeRequest } from '../rtp/keyframe-request.ts';
import { findStaticFormat, type PayloadFormat } from './payload-types.ts';

/** A media section with what SETUP needs to know beside its description. */
export interface SdpMedia extends MediaDescription {
  /** Marked `a=sendonly` (or `a=inactive`): often the way back, for talking to the camera. */
  readonly isSendOnly: boolean;
  /** Offered as SRTP (RTP/SAVP), which is not received; inside TLS some send it plain when asked. */
  readonly isEncrypted: boolean;
  /** The profile of the `m=` line is RTP/AVPF (RFC 4585): SETUP has to ask for the same. */
  readonly isFeedbackProfile?: boolean;
}

export interface SessionDescription {
  /** Session-level `a=control`. */
  readonly control: string | undefined;
  /** `a=tool`: the software that wrote the description. */
  readonly tool: string | undefined;
  readonly media: readonly SdpMedia[];
}

const MAX_SECTIONS = 32;
const MAX_LINES = 4096;
const MAX_ATTRIBUTES = 64;

/** A section while its lines are being collected. */
interface Section {
  readonly kind: MediaDescription['kind'];
  readonly payloadTypes: readonly number[];
  readonly rtpmap: Map<number, PayloadFormat>;
  readonly fmtp: Map<number, string>;
  control: string | undefined;
  framerate: number | undefined;
  dimensions: MediaDescription['dimensions'];
  isSendOnly: boolean;
  readonly isEncrypted: boolean;
  readonly isFeedbackProfile: boolean;
  /** Values of `a=rtcp-fb` that ask for key frames, by payload type; `*` for all. */
  readonly feedback: Map<string, KeyframeRequest>;
}

/**
 * Parses a DESCRIBE body. Bytes are read as Latin-1: nothing we need is beyond ASCII, and nothing can fail.
 * @throws MediaError SDP_MALFORMED when it has no `m=` section that could be RTP.
 */
export function parseSdp(body: Buffer): SessionDescription {
  const sections: Section[] = [];
  let sessionControl: string | undefined;
  let tool: string | undefined;
  /** Undefined at session level; null inside a section that is dropped. */
  let section: Section | undefined | null;
  for (const line of body.toString('latin1').split(/\r\n|\r|\n/, MAX_LINES)) {
    const match = /^\s*([a-z])\s*=(.*)$/.exec(line);
    if (match === null) continue;
    const value = (match[2] ?? '').trim();
    if (match[1] === 'm') {
      if (sections.length >= MAX_SECTIONS) break;
      section = parseMediaLine(value) ?? null;
      if (section !== null) sections.push(section);
    } else if (match[1] === 'a' && section === undefined) {
      sessionControl ??= attributeValue(value, 'control');
      tool ??= attributeValue(value, 'tool');
    } else if (match[1] === 'a' && section !== null && section !== undefined) {
      readAttribute(section, value);
    }
  }
  const media: SdpMedia[] = [];
  for (const candidate of sections) {
    const described = describe(candidate, sections);
    if (described !== undefined) media.push(described);
  }
  if (media.length === 0) {
    throw new MediaError('SDP_MALFORMED', 'The camera described no media that can be read');
  }
  return { control: sessionControl, tool, media };
}

/** `video 0 RTP/AVP 96 97`; undefined when it names no payload type. */
function parseMediaLine(value: string): Section | undefined {
  const [type = '', , protocol = '', ...formats] = value.split(/\s+/);
  const payloadTypes = formats.filter((text) => /^\d{1,3}$/.test(text)).map(Number);
  const usable = payloadTypes.filter((payloadType) => payloadType <= 127).slice(0, MAX_ATTRIBUTES);
  if (usable.length === 0) return undefined;
  const lower = type.toLowerCase();
  return {
    kind: lower === 'video' || lower === 'audio' ? lower : 'other',
    payloadTypes: usable,
    rtpmap: new Map(),
    fmtp: new Map(),
    control: undefined,
    framerate: undefined,
    dimensions: undefined,
    isSendOnly: false,
    isEncrypted: /SAVP/i.test(protocol),
    isFeedbackProfile: /^RTP\/AVPF(?:\/|$)/i.test(protocol),
    feedback: new Map(),
  };
}

/** Takes one `a=` line; of repeated ones the first counts. */
function readAttribute(section: Section, value: string): void {
  const rtpmap = attributeValue(value, 'rtpmap');
  if (rtpmap !== undefined) {
    readRtpmap(section, rtpmap);
    return;
  }
  const fmtp = /^(\d{1,3})(?:\s+(.*))?$/.exec(attributeValue(value, 'fmtp') ?? '');
  if (fmtp?.[1] !== undefined) {
    const payloadType = Number(fmtp[1]);
    if (section.fmtp.size < MAX_ATTRIBUTES && !section.fmtp.has(payloadType)) {
      section.fmtp.set(payloadType, fmtp[2] ?? '');
    }
    return;
  }
  readFeedback(section, attributeValue(value, 'rtcp-fb'));
  section.control ??= attributeValue(value, 'control');
  section.framerate ??= parseFramerate(attributeValue(value, 'framerate'));
  section.dimensions ??= parseDimensions(value);
  if (/^(?:sendonly|inactive)$/i.test(value)) section.isSendOnly = true;
}

/** `96 nack pli` or `* ccm fir` (RFC 4585 section 4.2, RFC 5104 section 7.1); PLI is preferred, it costs the camera less. */
function readFeedback(section: Section, value: string | undefined): void {
  const match = /^(\d{1,3}|\*)\s+(?:nack\s+(pli)|ccm\s+(fir))(?:\s|$)/i.exec(value ?? '');
  if (match?.[1] === undefined || section.feedback.size >= MAX_ATTRIBUTES) return;
  if (match[2] !== undefined) section.feedback.set(match[1], 'pli');
  else if (!section.feedback.has(match[1])) section.feedback.set(match[1], 'fir');
}

/** `96 H264/90000[/2]` */
function readRtpmap(section: Section, value: string): void {
  const match = /^(\d{1,3})\s+([!-.0-~]{1,64})\s*(?:\/\s*(\d{1,9}))?(?:\s*\/\s*(\d{1,3}))?/.exec(value);
  if (match?.[1] === undefined || match[2] === undefined) return;
  const payloadType = Number(match[1]);
  if (section.rtpmap.size >= MAX_ATTRIBUTES || section.rtpmap.has(payloadType)) return;
  const encoding = match[2].toUpperCase();
  section.rtpmap.set(payloadType, {
    encoding,
    clockRate: Number(match[3] ?? 0) || defaultClockRate(section.kind, encoding, payloadType),
    channels: Number(match[4] ?? 0) || 1,
  });
}

/** The first payload type that we carry (single pictures last), else the first that has a name; undefined when none has. */
function describe(section: Section, all: readonly Section[]): SdpMedia | undefined {
  let first: SdpMedia | undefined;
  let lastResort: SdpMedia | undefined;
  for (const payloadType of section.payloadTypes) {
    const fmtp = parseFmtp(findFmtp(section, payloadType, all));
    const format =
      section.rtpmap.get(payloadType) ?? findStaticFormat(payloadType) ?? guessFormat(section.kind, fmtp);
    if (format === undefined) continue;
    const media: SdpMedia = {
      kind: section.kind,
      payloadType,
      ...format,
      fmtp,
      control: section.control,
      framerate: section.framerate,
      ...(section.dimensions === undefined ? {} : { dimensions: section.dimensions }),
      isSendOnly: section.isSendOnly,
      isEncrypted: section.isEncrypted,
      keyframeRequest: section.feedback.get(String(payloadType)) ?? section.feedback.get('*'),
      ...(section.isFeedbackProfile ? { isFeedbackProfile: true } : {}),
    };
    const encoding = findSupportedEncoding(media);
    if (encoding === 'JPEG') lastResort ??= media;
    else if (encoding !== undefined) return media;
    first ??= media;
  }
  return lastResort ?? first;
}

/** Without `a=rtpmap`, parameters that only AAC has (RFC 3640 section 4.1) still name it; its clock they do not tell. */
function guessFormat(
  kind: MediaDescription['kind'],
  fmtp: ReadonlyMap<string, string>,
): PayloadFormat | undefined {
  const isAac = kind === 'audio' && fmtp.has('config') && fmtp.has('sizelength');
  return isAac ? { encoding: 'MPEG4-GENERIC', clockRate: 0, channels: 1 } : undefined;
}

/**
 * The section's own `a=fmtp`. One camera family writes that of the video under the audio: a video section without one
 * takes it from a section that does not list the payload type itself.
 */
function findFmtp(section: Section, payloadType: number, all: readonly Section[]): string | undefined {
  const own = section.fmtp.get(payloadType);
  if (own !== undefined || section.kind !== 'video') return own;
  for (const other of all) {
    if (!other.payloadTypes.includes(payloadType) && other.fmtp.has(payloadType))
      return other.fmtp.get(payloadType);
  }
  return undefined;
}

/** `a=1; b=2;` with any spacing; names in lower case, the first of a name counts. */
function parseFmtp(value: string | undefined): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const item of (value ?? '').split(';', MAX_ATTRIBUTES)) {
    const equals = item.indexOf('=');
    const name = (equals < 0 ? item : item.slice(0, equals)).trim().toLowerCase();
    if (name !== '' && !parameters.has(name))
      parameters.set(name, equals < 0 ? '' : item.slice(equals + 1).trim());
  }
  return parameters;
}

function attributeValue(attribute: string, name: string): string | undefined {
  const colon = attribute.indexOf(':');
  if (colon < 0 || attribute.slice(0, colon).trim().toLowerCase() !== name) return undefined;
  return attribute.slice(colon + 1).trim();
}

/** Frames per second; undefined for 0 and for what is not a number. */
function parseFramerate(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,4}(?:\.\d{1,6})?$/.test(text)) return undefined;
  return Number(text) || undefined;
}

/** `framesize:26 1920-1080` or `x-dimensions:1920,1080`. */
function parseDimensions(attribute: string): MediaDescription['dimensions'] {
  const text = attributeValue(attribute, 'framesize') ?? attributeValue(attribute, 'x-dimensions');
  const match = /^(?:\d{1,3}\s+)?(\d{1,5})\s*[-,x]\s*(\d{1,5})$/.exec(text ?? '');
  if (match === null) return undefined;
  const width = Number(match[1]);
  const height = Number(match[2]);
  return width > 0 && height > 0 ? { width, height } : undefined;
}

function defaultClockRate(kind: MediaDescription['kind'], encoding: string, payloadType: number): number {
  if (kind === 'video') return 90_000;
  if (encoding === 'MPEG4-GENERIC' || encoding === 'MP4A-LATM') return 0; // its configuration tells
  const known = findStaticFormat(payloadType);
  return known !== undefined && known.encoding === encoding ? known.clockRate : 8000;
}
