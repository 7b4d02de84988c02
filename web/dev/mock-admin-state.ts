/** What the stand-in server remembers while it runs, and how it says no. */
import type { ServerResponse } from 'node:http';
import { ROLE_RIGHTS, type Role } from '@pantau/contract/access';
import type { CurrentUser } from '@pantau/contract/auth';
import {
  mockAudit,
  mockKeys,
  mockPasskeys,
  mockSessions,
  mockSettings,
  mockUsers,
} from './mock-admin-data.ts';

export class Refusal extends Error {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;

  constructor(status: number, code: string, more: Readonly<Record<string, unknown>> = {}) {
    super(code);
    this.status = status;
    this.body = { success: false, code, message: code, ...more };
  }
}

export const state = {
  users: mockUsers(),
  sessions: mockSessions(),
  passkeys: mockPasskeys(),
  keys: mockKeys(),
  settings: mockSettings,
  audit: mockAudit(),
  isConfirmed: false,
  isSetUp: false,
  me: undefined as CurrentUser | undefined,
  nextId: 100,
};

export const CODES = [
  'k7mq-2xwp',
  'h3dn-9rtz',
  'b8vc-4jyf',
  'p2gs-6kwn',
  'x9fr-3mhd',
  't4zb-7qcv',
  'n6jw-8dpk',
  'r5yh-2gxm',
];

export type Body = Readonly<Record<string, unknown>>;
export interface Call {
  readonly body: Body;
  readonly query: URLSearchParams;
  readonly id: number;
  readonly key: string;
  readonly scenario: string;
  readonly response: ServerResponse;
}
export type Handler = (call: Call) => unknown;

function currentUser(username: string): CurrentUser {
  const role: Role = username.startsWith('operator')
    ? 'operator'
    : username === 'penonton'
      ? 'viewer'
      : 'administrator';
  const isNew = username === 'baru' || username === 'wajib';
  return {
    id: 1,
    username,
    role,
    rights: [...ROLE_RIGHTS[role]],
    restriction: username === 'baru' ? 'password-change' : username === 'wajib' ? 'second-factor' : null,
    has_totp: !isNew && role === 'administrator',
    passkeys: isNew ? 0 : state.passkeys.length,
    recovery_codes_left: isNew ? 0 : 7,
    password_expires_in_days: username === 'operator-1' ? 5 : null,
  };
}

export function signIn(username: string): CurrentUser {
  state.me = currentUser(username);
  state.isConfirmed = false;
  return state.me;
}

export function me(): CurrentUser {
  if (state.me === undefined) throw new Refusal(401, 'UNAUTHENTICATED');
  return state.me;
}
