/** Whom a list is for. Everybody with the same rights sees the same bytes; nobody sees those of another audience. */
import type { Camera } from '../cameras/camera.ts';
import { hasRight, type Principal } from '../access/principal.ts';

export type Audience =
  | { readonly kind: 'public' }
  /** Viewers with the same areas: public cameras, and private ones of these. */
  | { readonly kind: 'areas'; readonly areaIds: ReadonlySet<number> }
  /** Who may watch every camera, and so sees the unlisted ones too. */
  | { readonly kind: 'all' };

export const PUBLIC_AUDIENCE: Audience = { kind: 'public' };

/** An account that first has to change its password or enrol a second factor sees what everybody sees. */
export function audienceOf(principal: Principal): Audience {
  if (principal.kind === 'account' && principal.restriction !== undefined) return PUBLIC_AUDIENCE;
  if (hasRight(principal, 'streams:private')) return { kind: 'all' };
  if (principal.kind !== 'account' || principal.areaIds.size === 0) return PUBLIC_AUDIENCE;
  return { kind: 'areas', areaIds: principal.areaIds };
}

/** The same for the same audience, and never for two that see different things. */
export function audienceKey(audience: Audience): string {
  if (audience.kind !== 'areas') return audience.kind;
  return `areas:${[...audience.areaIds].toSorted((a, b) => a - b).join(',')}`;
}

/** Whether a list for this audience has the camera in it. */
export function isListed(
  audience: Audience,
  { visibility, areaId }: Pick<Camera, 'visibility' | 'areaId'>,
): boolean {
  switch (audience.kind) {
    case 'public':
      return visibility === 'public';
    case 'areas':
      return (
        visibility === 'public' ||
        (visibility === 'private' && areaId !== null && audience.areaIds.has(areaId))
      );
    case 'all':
      return true;
  }
}
