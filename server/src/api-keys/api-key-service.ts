/** API keys: making and revoking them, and telling who asks with one. */
import type { CreateApiKeyInput } from '@pantau/contract/api-key';
import type { Clock, Timer } from '@pantau/base/clock';
import { AppError, messageOf } from '@pantau/base/errors';
import type { Logger } from '@pantau/base/logger';
import type { Secret } from '@pantau/base/secret';
import type { ApiKeyPrincipal } from '../access/principal.ts';
import type { Actor } from '../audit/actor.ts';
import type { AuditEvent } from '../audit/audit-event.ts';
import { checkApiKeyName, createApiKeyText, hashApiKey, isApiKeyText, type ApiKey } from './api-key.ts';
import type { ApiKeyStore, ApiKeyUse } from './api-key-store.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const FLUSH_MS = 30_000;
/** Twice as many as there may be keys, for those revoked since the last flush. */
const MAX_USES = 200;

export interface ApiKeyServiceOptions {
  readonly store: ApiKeyStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class ApiKeyService {
  readonly #options: ApiKeyServiceOptions;
  /** Last use of each key since the last flush. */
  readonly #uses = new Map<number, ApiKeyUse>();
  #timer: Timer | undefined;
  #flushing: Promise<void> | undefined;

  constructor(options: ApiKeyServiceOptions) {
    this.#options = options;
  }

  /** Begins to write when keys were last used. */
  start(): void {
    this.#timer = this.#options.clock.setRepeating(FLUSH_MS, () => void this.flush(), { unref: true });
  }

  async stop(): Promise<void> {
    this.#timer?.cancel();
    await this.flush();
    // A flush that ran already may have missed the last uses.
    await this.flush();
  }

  list(): Promise<readonly ApiKey[]> {
    return this.#options.store.list();
  }

  /** @returns the key itself too: it cannot be read again. @throws AppError REQUEST_INVALID, API_KEYS_FULL */
  async create(
    input: CreateApiKeyInput,
    actor: Actor,
  ): Promise<{ readonly apiKey: ApiKey; readonly text: Secret }> {
    const { store, clock } = this.#options;
    const { prefix, text } = createApiKeyText();
    const apiKey = await store.create(
      {
        name: checkApiKeyName(input.name),
        prefix,
        hash: hashApiKey(text.reveal()),
        scopes: input.scopes,
        createdBy: actor.name,
        expiresAtMs:
          input.expires_in_days === undefined ? null : clock.now() + input.expires_in_days * DAY_MS,
      },
      (created) => auditEvent('API_KEY_CREATED', created, actor),
    );
    return { apiKey, text };
  }

  /** It is dead with the next request. @throws AppError API_KEY_NOT_FOUND */
  async remove(id: number, actor: Actor): Promise<void> {
    const removed = await this.#options.store.remove(id, (apiKey) =>
      auditEvent('API_KEY_REVOKED', apiKey, actor),
    );
    if (!removed) throw new AppError('not-found', 'API_KEY_NOT_FOUND', 'There is no such API key.');
  }

  /**
   * Who asks with this key; undefined when it is malformed (the database is not asked), unknown, expired or revoked.
   *
   * It is looked up by its hash: one indexed read. How long that takes may depend on how much of the hash agrees with a
   * stored one, but nobody can steer the hash of a key without knowing the key, so there is nothing to compare in constant time.
   * @param address where the request comes from, for "last used".
   */
  async authenticate(text: string, address: string | null = null): Promise<ApiKeyPrincipal | undefined> {
    if (!isApiKeyText(text)) return undefined;
    const principal = this.#toPrincipal(await this.#options.store.findByHash(hashApiKey(text)));
    if (principal !== undefined) this.#noteUse(principal.keyId, address);
    return principal;
  }

  /** For what stays open longer than a request: undefined once the key is expired or revoked. No use is noted. */
  async findPrincipalById(keyId: number): Promise<ApiKeyPrincipal | undefined> {
    return this.#toPrincipal(await this.#options.store.find(keyId));
  }

  /** Writes the last uses. Never throws; what fails is tried again by the next flush. */
  flush(): Promise<void> {
    this.#flushing ??= this.#flush().finally(() => (this.#flushing = undefined));
    return this.#flushing;
  }

  async #flush(): Promise<void> {
    const uses = [...this.#uses.values()];
    if (uses.length === 0) return;
    this.#uses.clear();
    try {
      await this.#options.store.recordUses(uses);
    } catch (error) {
      for (const use of uses) if (!this.#uses.has(use.id)) this.#uses.set(use.id, use);
      this.#options.logger.warn(
        { error: messageOf(error) },
        'When API keys were last used could not be written; tried again in 30 s',
      );
    }
  }

  #noteUse(id: number, ip: string | null): void {
    if (this.#uses.size >= MAX_USES && !this.#uses.has(id)) return;
    this.#uses.set(id, { id, atMs: this.#options.clock.now(), ip });
  }

  #toPrincipal(apiKey: ApiKey | undefined): ApiKeyPrincipal | undefined {
    if (apiKey === undefined) return undefined;
    if (apiKey.expiresAtMs !== null && apiKey.expiresAtMs <= this.#options.clock.now()) return undefined;
    return { kind: 'api-key', keyId: apiKey.id, name: apiKey.name, scopes: new Set(apiKey.scopes) };
  }
}

function auditEvent(
  type: 'API_KEY_CREATED' | 'API_KEY_REVOKED',
  { id, name, prefix, scopes, expiresAtMs }: ApiKey,
  actor: Actor,
): AuditEvent {
  return {
    type,
    actor,
    target: { kind: 'api-key', id, name },
    details: {
      prefix,
      scopes,
      expires_at: expiresAtMs === null ? null : new Date(expiresAtMs).toISOString(),
    },
  };
}
