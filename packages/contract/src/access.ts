import { Type, type Static } from 'typebox';

/** Every permission there is, with what it allows. A route names the one it needs; an API key's scopes are some of these. */
export const RIGHTS = {
  'cameras:read': 'See all cameras with their addresses (never their passwords).',
  'cameras:write': 'Add, change and remove cameras.',
  'areas:read': 'See all areas as the administration shows them.',
  'areas:write': 'Add, change and remove areas.',
  'streams:private': 'Watch private cameras.',
  'audit:read': 'Read the audit trail.',
  'cache:manage': 'See and empty the response cache.',
  'users:manage': 'Accounts, roles, and what viewers may see.',
  'keys:manage': 'API keys.',
  'settings:manage': 'Settings of the whole site.',
} as const;
export type Right = keyof typeof RIGHTS;

/** Rights that an API key may have: a key never manages accounts, keys or settings. */
export const KEY_SCOPES = [
  'cameras:read',
  'cameras:write',
  'areas:read',
  'areas:write',
  'streams:private',
  'audit:read',
  'cache:manage',
] as const satisfies readonly Right[];
export type KeyScope = (typeof KEY_SCOPES)[number];
/** TypeScript forgets the members of a list that is mapped, so the type is said here. */
export const KeyScope = Type.Unsafe<KeyScope>(Type.Union(KEY_SCOPES.map((scope) => Type.Literal(scope))));

export const ROLES = ['administrator', 'operator', 'viewer'] as const;
export const Role = Type.Union([
  Type.Literal('administrator'),
  Type.Literal('operator'),
  Type.Literal('viewer'),
]);
export type Role = Static<typeof Role>;

/** What each role may do. A viewer's private cameras depend on the areas granted to them, so they are no right of the role. */
export const ROLE_RIGHTS: Readonly<Record<Role, readonly Right[]>> = {
  administrator: Object.keys(RIGHTS) as Right[],
  operator: ['cameras:read', 'cameras:write', 'areas:read', 'areas:write', 'streams:private'],
  viewer: [],
};
