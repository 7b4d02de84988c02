/**
 * Digest access authentication (RFC 7616, and RFC 2617/2069 for what cameras speak): the response value and the
 * Authorization header, as pure functions.
 */
import { createHash } from 'node:crypto';
import type { AuthChallenge } from './auth-challenge.ts';

/** Strongest first. */
const ALGORITHMS = [
  { name: 'SHA-512-256', hash: 'sha512-256' },
  { name: 'SHA-256', hash: 'sha256' },
  { name: 'MD5', hash: 'md5' },
] as const;

/** A Digest challenge that we can answer. */
export interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | undefined;
  /** As offered, for the echo; undefined when the challenge named none (MD5 then). */
  readonly algorithm: string | undefined;
  readonly isAlgorithmQuoted: boolean;
  /** Rank of the hash: 0 is the strongest. */
  readonly rank: number;
  readonly hash: string;
  readonly isSession: boolean;
  /** True when `qop=auth` is offered: client nonce and count take part. */
  readonly hasQop: boolean;
  readonly isStale: boolean;
}

export interface DigestRequest {
  readonly method: string;
  /** The very string of the request line. */
  readonly uri: string;
  readonly username: string;
  readonly password: string;
  /** Requests sent with this nonce, from 1. */
  readonly nonceCount: number;
  readonly clientNonce: string;
}

/** Undefined when it is not Digest, has no nonce, or asks for an algorithm or protection we do not have. */
export function parseDigestChallenge(challenge: AuthChallenge): DigestChallenge | undefined {
  if (challenge.scheme !== 'digest') return undefined;
  const { parameters } = challenge;
  const nonce = parameters.get('nonce');
  const algorithm = parameters.get('algorithm');
  const wanted = (algorithm ?? '').trim().toUpperCase() || 'MD5';
  const isSession = wanted.endsWith('-SESS');
  const name = isSession ? wanted.slice(0, -'-SESS'.length) : wanted;
  const rank = ALGORITHMS.findIndex((known) => known.name === name || known.name.replace('-', '') === name);
  const known = ALGORITHMS[rank];
  if (nonce === undefined || nonce === '' || known === undefined) return undefined;

  const qops = (parameters.get('qop') ?? '')
    .toLowerCase()
    .split(',')
    .map((text) => text.trim());
  const hasQop = qops.includes('auth');
  if (!hasQop && qops.includes('auth-int')) return undefined;
  return {
    realm: parameters.get('realm') ?? '',
    nonce,
    opaque: parameters.get('opaque'),
    algorithm,
    isAlgorithmQuoted: challenge.quoted.has('algorithm'),
    rank,
    hash: known.hash,
    isSession,
    hasQop,
    isStale: parameters.get('stale')?.toLowerCase() === 'true',
  };
}

/** The `response` value: RFC 7616 section 3.4.1; without qop that of RFC 2069. */
export function computeDigestResponse(challenge: DigestChallenge, request: DigestRequest): string {
  const hash = (text: string) => createHash(challenge.hash).update(text, 'latin1').digest('hex');
  const userHash = hash(`${toUtf8(request.username)}:${challenge.realm}:${toUtf8(request.password)}`);
  const secret = challenge.isSession
    ? hash(`${userHash}:${challenge.nonce}:${request.clientNonce}`)
    : userHash;
  const subject = hash(`${request.method}:${request.uri}`);
  if (!challenge.hasQop) return hash(`${secret}:${challenge.nonce}:${subject}`);
  const count = formatNonceCount(request.nonceCount);
  return hash(`${secret}:${challenge.nonce}:${count}:${request.clientNonce}:auth:${subject}`);
}

/** The value of the Authorization header. */
export function formatDigestAuthorization(challenge: DigestChallenge, request: DigestRequest): string {
  const parts = [
    `username=${quote(toUtf8(request.username))}`,
    `realm=${quote(challenge.realm)}`,
    `nonce=${quote(challenge.nonce)}`,
    `uri=${quote(request.uri)}`,
    `response="${computeDigestResponse(challenge, request)}"`,
  ];
  const { algorithm } = challenge;
  if (algorithm !== undefined)
    parts.push(`algorithm=${challenge.isAlgorithmQuoted ? quote(algorithm) : algorithm}`);
  if (challenge.opaque !== undefined) parts.push(`opaque=${quote(challenge.opaque)}`);
  if (challenge.hasQop) {
    parts.push(
      'qop=auth',
      `nc=${formatNonceCount(request.nonceCount)}`,
      `cnonce=${quote(request.clientNonce)}`,
    );
  } else if (challenge.isSession) {
    parts.push(`cnonce=${quote(request.clientNonce)}`);
  }
  return `Digest ${parts.join(', ')}`;
}

function formatNonceCount(count: number): string {
  return count.toString(16).padStart(8, '0');
}

/** The text's UTF-8 bytes, one character each: messages are read and written as Latin-1. */
function toUtf8(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
