/** A camera as the operator knows it, and the rules for its fields. */
import { randomBytes } from 'node:crypto';
import { AppError } from '@pantau/base/errors';
import type { Secret } from '@pantau/base/secret';
import type { SourceDefinition } from '@pantau/media';
import type { SourceChange } from './source-change.ts';
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
export interface CameraInput {
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
}

/** What an operator changes; what is left out stays. */
export type CameraChanges = Partial<Omit<CameraInput, 'source'>> & { readonly source?: SourceChange };

/** Whether fewer people may watch than before. */
export function isNarrower(visibility: Visibility, than: Visibility): boolean {
  const order: readonly Visibility[] = ['public', 'unlisted', 'private'];
  return order.indexOf(visibility) > order.indexOf(than);
}

export const DEFAULT_TIMEZONE = 'Asia/Jakarta';

/** @throws AppError CAMERA_INVALID that names the field. */
export function checkCamera(input: CameraInput): Omit<Camera, 'id' | 'streamKey'> {
  const fail = (message: string) => new AppError('invalid', 'CAMERA_INVALID', message);
  const name = checkText('name', input.name, 100, fail);
  if (name === null) throw fail('name must not be empty');
  checkCoordinates(input.latitude ?? null, input.longitude ?? null, fail);
  checkCredential('user name', input.source.username, fail);
  checkCredential('password', input.source.password, fail);
  return {
    name,
    description: checkParagraphs('description', input.description, 2000, fail),
    location: checkText('location', input.location, 200, fail),
    groupName: checkText('group', input.groupName, 100, fail),
    areaId: input.areaId ?? null,
    enabled: input.enabled ?? true,
    status: input.status ?? 'active',
    source: input.source,
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

function checkCredential(
  field: string,
  value: string | Secret | undefined,
  fail: (message: string) => Error,
): void {
  const text = typeof value === 'string' ? value : (value?.reveal() ?? '');
  if (text.length > 256) throw fail(`${field} must have at most 256 characters`);
  if (/\p{Cc}/u.test(text)) throw fail(`${field} must not contain control characters`);
}
