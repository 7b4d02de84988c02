/** A camera as the operator knows it, and the rules for its fields. */
import { randomBytes } from 'node:crypto';
import { AppError } from '@pantau/base/errors';
import type { Secret } from '@pantau/base/secret';
import { RTSP_TRANSPORTS, type SourceDefinition } from '@pantau/media';
import { readExtraAddresses, subSourceOf, type ExtraAddresses } from './extra-addresses.ts';
import type { SourceChange } from './source-change.ts';
import { ENCRYPTED, isEncrypted } from './source-url.ts';
import { checkCoordinates, checkParagraphs, checkText, checkTimezone } from '../fields.ts';

export interface Camera {
  readonly id: number;
  readonly name: string;
  readonly description: string | null;
  readonly location: string | null;
  readonly groupName: string | null;
  readonly areaId: number | null;
  readonly enabled: boolean;
  readonly status: 'active' | 'maintenance';
  /** How it is reached; never leaves the server. */
  readonly source: SourceDefinition;
  /** The smaller picture: another address on the same host, all else as in `source`. */
  readonly sub: SourceDefinition | undefined;
  /** Where the camera gives a still picture, without the login. */
  readonly snapshotUrl: string | null;
  /** Its ONVIF device service, without the login, and the token of the media profile it was added with. */
  readonly onvifUrl: string | null;
  readonly onvifProfile: string | null;
  /** A password is stored, but cannot be decrypted: it is missing in `source`. */
  readonly credentialsUnreadable?: true;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly timezone: string;
  readonly pull: 'always' | 'on-demand';
  /** Lower case codec family, once known: `h264`. */
  readonly videoCodec: string | null;
  /** Public name in `/hls/<key>/…`: random, so that it tells nothing and cannot be guessed. */
  readonly streamKey: string;
  readonly sortOrder: number;
  /** Public; in no list but open to who has the link; or only for those with the right. */
  readonly visibility: Visibility;
}

export type Visibility = 'public' | 'unlisted' | 'private';

/** What an operator says about a camera; what is left out gets its default. */
export interface CameraInput extends Partial<ExtraAddresses> {
  readonly name: string;
  readonly source: SourceDefinition;
  readonly description?: string | null;
  readonly location?: string | null;
  readonly groupName?: string | null;
  readonly areaId?: number | null;
  readonly enabled?: boolean;
  readonly status?: 'active' | 'maintenance';
  readonly latitude?: number | null;
  readonly longitude?: number | null;
  readonly timezone?: string;
  readonly pull?: 'always' | 'on-demand';
  readonly videoCodec?: string | null;
  readonly sortOrder?: number;
  readonly visibility?: Visibility;
  readonly onvifProfile?: string | null;
}

/** What an operator changes; what is left out stays. */
export type CameraChanges = Partial<Omit<CameraInput, 'source'>> & { readonly source?: SourceChange };

/** A stored camera as if it were said anew. */
export function toInput({ sub, ...fields }: Omit<Camera, 'id' | 'streamKey'>): CameraInput {
  return { ...fields, subUrl: sub?.url ?? null };
}

/** Whether fewer people may watch than before. */
export function isNarrower(visibility: Visibility, than: Visibility): boolean {
  const order: readonly Visibility[] = ['public', 'unlisted', 'private'];
  return order.indexOf(visibility) > order.indexOf(than);
}

export const DEFAULT_TIMEZONE = 'Asia/Jakarta';

/** @throws AppError CAMERA_INVALID that names the field; MediaError SOURCE_URL_INVALID for an address of `ExtraAddresses`. */
export function checkCamera(input: CameraInput): Omit<Camera, 'id' | 'streamKey'> {
  const fail = (message: string) => new AppError('invalid', 'CAMERA_INVALID', message);
  const name = checkText('name', input.name, 100, fail);
  if (name === null) throw fail('name must not be empty');
  checkCoordinates(input.latitude ?? null, input.longitude ?? null, fail);
  checkCredential('user name', input.source.username, fail);
  checkCredential('password', input.source.password, fail);
  const source = checkSource(input.source, fail);
  const { subUrl, snapshotUrl, onvifUrl } = readExtraAddresses(source.url, input, fail);
  // Whoever pins a certificate believes that it is looked at.
  if (source.tlsFingerprint !== undefined && ![source.url, subUrl, snapshotUrl, onvifUrl].some(isEncrypted))
    throw fail(`tls_fingerprint needs ${ENCRYPTED} address: only they have a certificate`);
  return {
    name,
    description: checkParagraphs('description', input.description, 2000, fail),
    location: checkText('location', input.location, 200, fail),
    groupName: checkText('group', input.groupName, 100, fail),
    areaId: input.areaId ?? null,
    enabled: input.enabled ?? true,
    status: input.status ?? 'active',
    source,
    sub: subSourceOf(source, subUrl),
    snapshotUrl,
    onvifUrl,
    onvifProfile: checkText('onvif_profile', input.onvifProfile, 200, fail),
    latitude: input.latitude ?? null,
    longitude: input.longitude ?? null,
    timezone: checkTimezone(input.timezone ?? DEFAULT_TIMEZONE, fail),
    pull: input.pull ?? 'on-demand',
    videoCodec: input.videoCodec ?? null,
    sortOrder: input.sortOrder ?? 0,
    visibility: input.visibility ?? 'public',
  };
}

/** 128 random bits in 26 characters of `[a-z2-7]` (RFC 4648 base 32). */
export function createStreamKey(): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
  let bits = 0n;
  for (const byte of randomBytes(16)) bits = (bits << 8n) | BigInt(byte);
  let key = '';
  for (let index = 0; index < 26; index++) {
    key += alphabet[Number(bits & 31n)] ?? '';
    bits >>= 5n;
  }
  return key;
}

function checkSource(source: SourceDefinition, fail: (message: string) => Error): SourceDefinition {
  const { transport, tlsFingerprint } = source;
  if (transport !== undefined && !RTSP_TRANSPORTS.includes(transport))
    throw fail(`transport must be one of ${RTSP_TRANSPORTS.join(', ')}`);
  return {
    ...source,
    tlsFingerprint: tlsFingerprint === undefined ? undefined : readFingerprint(tlsFingerprint, fail),
    audio: source.audio ?? true,
  };
}

/** As tools print it, `SHA256 Fingerprint=AB:CD:…`, or bare. @returns 64 lower-case hex digits. */
function readFingerprint(text: string, fail: (message: string) => Error): string {
  const digits = text
    .trim()
    .replace(/^sha-?256(?: fingerprint)?[=:]/i, '')
    .replaceAll(/[:\s]/g, '')
    .toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(digits))
    throw fail(
      'tls_fingerprint must be the SHA-256 of the certificate: 64 hex digits, with or without colons',
    );
  return digits;
}

function checkCredential(
  field: string,
  value: string | Secret | undefined,
  fail: (message: string) => Error,
): void {
  const text = typeof value === 'string' ? value : (value?.reveal() ?? '');
  if (text.length > 256) throw fail(`${field} must have at most 256 characters`);
  if (/\p{Cc}/u.test(text)) throw fail(`${field} must not contain control characters`);
}
