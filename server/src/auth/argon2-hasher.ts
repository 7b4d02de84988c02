/**
 * argon2id, never on the main thread: the binding's `hash` and `verify` are asynchronous work of Node-API, which libuv's
 * thread pool runs. That pool also reads files and has four threads by default, so two at once leave it half free.
 */
import { randomBytes } from 'node:crypto';
import { hash, verify, type Options } from '@node-rs/argon2';
import { normalizePassword } from './normalize-password.ts';
import type { PasswordHasher } from './password-hasher.ts';
import { WorkLimit } from './work-limit.ts';

/** OWASP's first choice for argon2id; the binding's default algorithm and version are argon2id, 0x13. */
const PARAMETERS: Options = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 };
const MAX_RUNNING = 2;
const MAX_WAITING = 32;

export function createArgon2Hasher(): PasswordHasher {
  const limit = new WorkLimit(MAX_RUNNING, MAX_WAITING);
  let nobody: Promise<string> | undefined;

  /** A hash that no password fits. Made before the first answer of either kind, so that neither is the slower one. */
  const findNobody = async (): Promise<string> => {
    nobody ??= hash(randomBytes(32), PARAMETERS);
    try {
      return await nobody;
    } catch (error) {
      nobody = undefined;
      throw error;
    }
  };

  return {
    hash: (password) => limit.run(() => hash(encode(password), PARAMETERS)),

    verify: (stored, password) =>
      limit.run(async () => {
        await findNobody();
        return verify(stored, encode(password));
      }),

    verifyNobody: (password) =>
      limit.run(async () => {
        await verify(await findNobody(), encode(password));
        return false as const;
      }),
  };
}

/** Bytes rather than a string, so that a NUL is a byte like others. */
function encode(password: string): Buffer {
  return Buffer.from(normalizePassword(password), 'utf8');
}
