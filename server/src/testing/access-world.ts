/** A whole server with one caller of each kind, and ways to make what requests are about. For the access matrix and attack tests. */
import { createHash, randomBytes } from 'node:crypto';
import { hash as argon2 } from '@node-rs/argon2';
import { KEY_SCOPES, type KeyScope, type Role } from '@pantau/contract/access';
import type { AuditEventType } from '@pantau/contract/audit';
import type { Access } from '../access/route-access.ts';
import { consoleActor } from '../audit/actor.ts';
import type { Camera, Visibility } from '../cameras/camera.ts';
import { isSafeMethod } from '../http/cross-site.ts';
import { openTestApp, type TestApp } from './open-test-app.ts';

export type CallerName =
  | 'anonymous'
  | 'stream-token'
  | 'viewer'
  | 'operator'
  | 'administrator'
  | 'logged-out'
  | 'disabled'
  | 'wrong-key'
  | 'full-key';

export interface RouteFacts {
  /** `PUT /api/cameras/:id` */
  readonly name: string;
  readonly method: string;
  readonly access: Access;
  readonly audit: readonly AuditEventType[];
}

export interface Reply {
  readonly status: number;
  readonly code: unknown;
  readonly body: string;
}

export interface CallerSession {
  readonly scopes: readonly KeyScope[];
  readonly headers: Readonly<Record<string, string>>;
  send(method: string, url: string, body?: unknown): Promise<Reply>;
}

export const MATRIX_PASSWORD = 'sawah-Hijau-Pagi-82';
const actor = consoleActor('test');

export async function openAccessWorld(): Promise<AccessWorld> {
  const test = await openTestApp();
  const passwordHash = await argon2(MATRIX_PASSWORD, { memoryCost: 8, timeCost: 1, parallelism: 1 });
  const world = new AccessWorld(test, passwordHash);
  await world.populate();
  return world;
}

export class AccessWorld {
  readonly test: TestApp;
  readonly password = MATRIX_PASSWORD;
  readonly #passwordHash: string;
  #count = 0;
  #cameras: Readonly<Record<Visibility | 'foreign', Camera>> | undefined;
  #areaId = 0;
  /** Of the last `enter`, for objects that belong to the caller. */
  #userId = 0;

  constructor(test: TestApp, passwordHash: string) {
    this.test = test;
    this.#passwordHash = passwordHash;
  }

  /** One camera of each visibility; `private` is in the viewers' area, `foreign` is private elsewhere. */
  get cameras(): Readonly<Record<Visibility | 'foreign', Camera>> {
    if (this.#cameras === undefined) throw new Error('the world is empty');
    return this.#cameras;
  }

  async populate(): Promise<void> {
    const { context } = this.test;
    this.#areaId = await this.addArea();
    const make = (name: string, visibility: Visibility, areaId: number | null) =>
      context.cameras.create(
        {
          name,
          visibility,
          areaId,
          source: { url: 'rtsp://198.51.100.7/x', username: undefined, password: undefined },
        },
        actor,
      );
    this.#cameras = {
      public: await make('Terbuka', 'public', this.#areaId),
      unlisted: await make('Tautan', 'unlisted', this.#areaId),
      private: await make('Tertutup', 'private', this.#areaId),
      foreign: await make('Tertutup lain', 'private', await this.addArea()),
    };
    await context.streams.refresh();
  }

  close(): Promise<void> {
    return this.test.close();
  }

  next(): number {
    return ++this.#count;
  }

  listRoutes(): readonly RouteFacts[] {
    return this.test.app.routes
      .flatMap(({ method, url, config }) =>
        [method].flat().map((each) => ({
          name: `${each} ${url}`,
          method: each,
          access: config?.access ?? 'public',
          audit: config?.audit ?? [],
        })),
      )
      .filter(({ method, name }) => method !== 'HEAD' && / (\/api\/|\/health)/.test(name));
  }

  /** A fresh caller of a kind. @param access of the route it is for: a wrong key has every scope but that. */
  async enter(caller: CallerName, access: Access = 'public'): Promise<CallerSession> {
    const headers: Record<string, string> = {};
    let scopes: readonly KeyScope[] = [];
    switch (caller) {
      case 'anonymous':
        break;
      case 'stream-token':
        headers['authorization'] = `Bearer ${await this.#streamToken()}`;
        headers['cookie'] = `pantau=${await this.#streamToken()}`;
        break;
      case 'wrong-key':
      case 'full-key': {
        scopes = KEY_SCOPES.filter((scope) => caller === 'full-key' || scope !== access);
        headers['x-api-key'] = await this.addApiKey(scopes);
        break;
      }
      default: {
        const role: Role = caller === 'viewer' || caller === 'operator' ? caller : 'administrator';
        const userId = await this.addUser(role);
        this.#userId = userId;
        const { token, id } = await this.openSession(userId);
        headers['cookie'] = `pantau=${token}`;
        if (caller === 'logged-out') await this.test.context.sessions.end(userId, id, 'sign-out', actor);
        if (caller === 'disabled') await this.#disable(userId);
      }
    }
    return { headers, scopes, send: (method, url, body) => this.send(method, url, headers, body) };
  }

  async send(
    method: string,
    url: string,
    headers: Readonly<Record<string, string>>,
    body?: unknown,
  ): Promise<Reply> {
    const reply = await this.test.app.fastify.inject({
      // The methods are those of our own routes.
      method: method as 'GET',
      url,
      headers: {
        ...headers,
        host: 'localhost',
        ...(isSafeMethod(method) ? {} : { origin: 'http://localhost' }),
      },
      // JSON, as the examples give it.
      ...(body === undefined ? {} : { payload: body as object }),
    });
    return { status: reply.statusCode, code: codeOf(reply.body), body: reply.body };
  }

  async addUser(role: Role): Promise<number> {
    const nowMs = this.test.context.clock.now();
    const username = `orang-${role}-${this.next()}`;
    return this.test.context.database.write(async (transaction) => {
      const { id } = await transaction
        .insertInto('users')
        .values({
          username,
          username_folded: username,
          password_hash: this.#passwordHash,
          role,
          enabled: 1,
          must_change_password: 0,
          password_changed_at: nowMs,
          webauthn_user_id: username,
          created_at: nowMs,
          updated_at: nowMs,
        })
        .returning('id')
        .executeTakeFirstOrThrow();
      if (role === 'viewer') {
        await transaction.insertInto('user_areas').values({ user_id: id, area_id: this.#areaId }).execute();
      }
      return id;
    });
  }

  async openSession(userId: number): Promise<{ token: string; id: string }> {
    const { username, passwordChangedAtMs } = await this.test.context.users.get(userId);
    const where = { address: '127.0.0.1', userAgent: 'test' };
    const wanted = { userId, username, passwordChangedAtMs, remember: false, ...where };
    const { token, session } = await this.test.context.sessions.open(wanted, actor);
    return { token, id: session.id };
  }

  async addUserWithSession(): Promise<number> {
    const userId = await this.addUser('viewer');
    await this.openSession(userId);
    return userId;
  }

  async addUserWithPasskey(): Promise<number> {
    const userId = await this.addUser('viewer');
    await this.#addPasskey(userId);
    return userId;
  }

  /** A further session of the caller, or of somebody else. @returns its public id. */
  async addSessionOf(caller: CallerName, whose: 'caller' | 'other' = 'caller'): Promise<string> {
    const isAccount = ['viewer', 'operator', 'administrator', 'logged-out'].includes(caller);
    const userId = whose === 'caller' && isAccount ? this.#userId : await this.addUser('administrator');
    return (await this.openSession(userId)).id;
  }

  async passkeyOf(caller: CallerName, object: 'own' | 'foreign' | 'missing'): Promise<number> {
    if (object === 'missing') return 999_999;
    const isAccount = ['viewer', 'operator', 'administrator'].includes(caller);
    return this.#addPasskey(
      object === 'own' && isAccount ? this.#userId : await this.addUser('administrator'),
    );
  }

  async addApiKeyRow(scopes: readonly KeyScope[], key = randomBytes(16).toString('hex')): Promise<number> {
    const { database, clock } = this.test.context;
    const row = await database.write((transaction) =>
      transaction
        .insertInto('api_keys')
        .values({
          name: `Kunci ${this.next()}`,
          prefix: key.slice(0, 15),
          key_hash: createHash('sha256').update(key).digest('hex'),
          scopes: JSON.stringify(scopes),
          created_by: null,
          created_at: clock.now(),
        })
        .returning('id')
        .executeTakeFirstOrThrow(),
    );
    return row.id;
  }

  /** @returns the key itself. */
  async addApiKey(scopes: readonly KeyScope[]): Promise<string> {
    const id = 'abcdefgh';
    const key = `pantau_${id}_${randomBytes(32).toString('base64url')}`;
    await this.addApiKeyRow(scopes, key);
    return key;
  }

  async addCamera(): Promise<number> {
    const camera = await this.test.context.cameras.create(
      {
        name: `Kamera uji ${this.next()}`,
        source: { url: 'rtsp://198.51.100.8/x', username: undefined, password: undefined },
      },
      actor,
    );
    return camera.id;
  }

  async addArea(): Promise<number> {
    return (await this.test.context.areas.create({ name: `Wilayah uji ${this.next()}` }, actor)).id;
  }

  async lastAuditId(): Promise<number> {
    await this.test.context.audit.flush();
    const row = await this.test.context.database.read
      .selectFrom('audit_events')
      .select('id')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row?.id ?? 0;
  }

  async auditTypesSince(id: number): Promise<readonly string[]> {
    await this.test.context.audit.flush();
    const rows = await this.test.context.database.read
      .selectFrom('audit_events')
      .select('type')
      .where('id', '>', id)
      .execute();
    return rows.map(({ type }) => type);
  }

  async #addPasskey(userId: number): Promise<number> {
    const { database, clock } = this.test.context;
    const row = await database.write((transaction) =>
      transaction
        .insertInto('passkeys')
        .values({
          user_id: userId,
          credential_id: randomBytes(16).toString('base64url'),
          public_key: randomBytes(32).toString('base64url'),
          counter: 0,
          transports: '[]',
          name: 'Kunci uji',
          synced: 0,
          created_at: clock.now(),
        })
        .returning('id')
        .executeTakeFirstOrThrow(),
    );
    return row.id;
  }

  async #disable(userId: number): Promise<void> {
    await this.test.context.database.write((transaction) =>
      transaction.updateTable('users').set({ enabled: 0 }).where('id', '=', userId).execute(),
    );
  }

  async #streamToken(): Promise<string> {
    const reply = await this.send('GET', `/api/stream/${this.cameras.public.id}/token`, {});
    const token = /"token":"([^"]+)"/.exec(reply.body)?.[1];
    if (token === undefined) throw new Error(`no stream token: ${reply.body}`);
    return token;
  }
}

function codeOf(body: string): unknown {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null && 'code' in parsed ? parsed.code : undefined;
  } catch {
    return undefined;
  }
}
