/** Roles and rights in words a person understands. */
import type { KeyScope, Right, Role } from '@pantau/contract/access';
import type { AdminMessageId } from '../../locales/admin-texts.ts';

export const ROLE_WORDS = {
  administrator: 'role.administrator',
  operator: 'role.operator',
  viewer: 'role.viewer',
} as const satisfies Record<Role, AdminMessageId>;

export const ROLE_HINTS = {
  administrator: 'role.administrator.hint',
  operator: 'role.operator.hint',
  viewer: 'role.viewer.hint',
} as const satisfies Record<Role, AdminMessageId>;

// Listed here too, for the contract's own lists would bring its schema library onto the page; the types keep them complete.
export const ROLE_LIST: readonly Role[] = ['viewer', 'operator', 'administrator'];

export const RIGHT_WORDS = {
  'cameras:read': 'right.cameras:read',
  'cameras:write': 'right.cameras:write',
  'areas:read': 'right.areas:read',
  'areas:write': 'right.areas:write',
  'streams:private': 'right.streams:private',
  'audit:read': 'right.audit:read',
  'cache:manage': 'right.cache:manage',
  'users:manage': 'right.users:manage',
  'keys:manage': 'right.keys:manage',
  'settings:manage': 'right.settings:manage',
} as const satisfies Record<Right, AdminMessageId>;

export const SCOPE_LIST: readonly KeyScope[] = [
  'cameras:read',
  'cameras:write',
  'areas:read',
  'areas:write',
  'streams:private',
  'audit:read',
  'cache:manage',
];
