/**
 * WS-Security UsernameToken with a password digest (OASIS WSS UsernameToken Profile 1.0, section 3.1). The device checks that
 * `Created` is close to its own clock, which is why the device's time is asked first.
 */
import { createHash } from 'node:crypto';
import type { Credentials } from '@pantau/media/authenticator';
import { escapeXml } from '../xml/escape-xml.ts';
import { NS } from './namespaces.ts';

/** The `Security` header. @param nonce 16 random bytes, new for each message. @param createdMs UTC ms by the device's clock. */
export function formatUsernameToken(credentials: Credentials, nonce: Buffer, createdMs: number): string {
  const created = new Date(createdMs).toISOString();
  const digest = computePasswordDigest(nonce, created, credentials.password.reveal());
  return (
    `<wsse:Security xmlns:wsse="${NS.security}" xmlns:wsu="${NS.utility}" s:mustUnderstand="1"><wsse:UsernameToken>` +
    `<wsse:Username>${escapeXml(credentials.username)}</wsse:Username>` +
    `<wsse:Password Type="${NS.passwordDigest}">${digest}</wsse:Password>` +
    `<wsse:Nonce EncodingType="${NS.base64Binary}">${nonce.toString('base64')}</wsse:Nonce>` +
    `<wsu:Created>${created}</wsu:Created></wsse:UsernameToken></wsse:Security>`
  );
}

/** Base64(SHA-1(nonce + created + password)). */
export function computePasswordDigest(nonce: Buffer, created: string, password: string): string {
  return createHash('sha1').update(nonce).update(created, 'utf8').update(password, 'utf8').digest('base64');
}
