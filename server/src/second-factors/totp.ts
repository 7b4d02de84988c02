/**
 * Codes of an authenticator app: TOTP of RFC 6238 with what every app understands (SHA-1, 6 digits, 30 s).
 * Secrets are base32 without padding, as apps show them.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { HOTP, Secret as OtpSecret, TOTP } from 'otpauth';
import { Secret } from '@pantau/base/secret';

/** RFC 4226 section 4, R6: 160 bits are recommended. */
const SECRET_BYTES = 20;
const DIGITS = 6;
const STEP_S = 30;
/** Steps before and after the present one whose codes pass: clocks differ, and people type slowly (RFC 6238 section 5.2). */
const WINDOW_STEPS = 1;

export function createTotpSecret(): Secret {
  const bytes = Uint8Array.from(randomBytes(SECRET_BYTES));
  return new Secret(new OtpSecret({ buffer: bytes.buffer }).base32);
}

/**
 * Finds the time step whose code was given.
 * @param code six digits, with spaces as people type them.
 * @param nowMs UTC ms.
 * @param lastStep step of the last code that was taken: it and earlier ones are refused, so that no code passes twice
 *   (RFC 6238 section 5.2); null when none was taken yet.
 * @returns the step, to be remembered as `lastStep`; undefined when the code does not pass.
 */
export function verifyTotp(
  secret: Secret,
  code: string,
  nowMs: number,
  lastStep: number | null,
): number | undefined {
  const digits = code.replaceAll(/\s/g, '');
  if (!/^[0-9]{6}$/.test(digits)) return undefined;
  const given = Buffer.from(digits);
  const key = OtpSecret.fromBase32(secret.reveal());
  const present = Math.floor(nowMs / 1000 / STEP_S);
  let found: number | undefined;
  // All steps are computed and compared whichever fits; the latest that fits is taken.
  for (let step = Math.max(0, present - WINDOW_STEPS); step <= present + WINDOW_STEPS; step++) {
    const expected = HOTP.generate({ secret: key, algorithm: 'SHA1', digits: DIGITS, counter: step });
    if (timingSafeEqual(Buffer.from(expected), given) && (lastStep === null || step > lastStep)) found = step;
  }
  return found;
}

/**
 * What the QR code says: `otpauth://totp/<issuer>:<account>?…`. A colon would end the issuer in some apps even when it is escaped,
 * so names lose theirs.
 */
export function formatTotpUri(secret: Secret, issuer: string, username: string): string {
  return new TOTP({
    issuer: withoutColons(issuer),
    label: withoutColons(username),
    secret: OtpSecret.fromBase32(secret.reveal()),
    algorithm: 'SHA1',
    digits: DIGITS,
    period: STEP_S,
  }).toString();
}

/** Well-formed too: half a surrogate pair cannot be escaped. */
function withoutColons(name: string): string {
  return name.toWellFormed().replaceAll(':', ' ').trim();
}
