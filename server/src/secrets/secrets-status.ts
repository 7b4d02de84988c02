/** What is encrypted with which key, for the operator. Tells nothing that helps to open it. */
import { AppError } from '@pantau/base/errors';
import { keyIdOf, type AesSecretBox } from './aes-secret-box.ts';
import type { KeyRing } from './key-ring.ts';
import type { SecretsStore } from './secrets-store.ts';

export interface SecretsStatus {
  /** Newest first. More than one: a rotation did not end. */
  readonly keys: readonly { readonly id: string; readonly createdAt: string; readonly secrets: number }[];
  readonly secrets: number;
  /** Places whose secret cannot be opened. */
  readonly unreadable: readonly string[];
}

export async function readSecretsStatus(
  store: SecretsStore,
  ring: KeyRing,
  box: AesSecretBox,
): Promise<SecretsStatus> {
  const stored = await store.list();
  const counts = new Map<string | undefined, number>();
  const unreadable: string[] = [];
  for (const { place, text } of stored) {
    const id = keyIdOf(text);
    counts.set(id, (counts.get(id) ?? 0) + 1);
    try {
      box.open(text, place);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      unreadable.push(place);
    }
  }
  const keys = ring.keys.map(({ id, createdAt }) => ({ id, createdAt, secrets: counts.get(id) ?? 0 }));
  return { keys, secrets: stored.length, unreadable };
}
