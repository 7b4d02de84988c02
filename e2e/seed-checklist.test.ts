/** What a checklist outside this repository asks of the cache and of signing in, at exactly these addresses. */
import { describe, expect, it } from 'vitest';
import { addAccount } from './support/accounts.ts';
import { ApiSession, fieldOf } from './support/api-session.ts';
import { eventually } from './support/eventually.ts';
import { sendHttp } from './support/http-client.ts';
import { PantauServer } from './support/pantau-server.ts';
import { useStage } from './support/stage.ts';

const CACHE = [
  { method: 'GET', path: '/api/cache/stats' },
  { method: 'POST', path: '/api/cache/invalidate', body: { prefix: 'areas/' } },
  { method: 'POST', path: '/api/cache/clear' },
];

describe('the checklist', () => {
  const stage = useStage(async (stack) => {
    const server = stack.use(await PantauServer.open());
    const [operator, administrator] = [
      await addAccount(server, 'operator'),
      await addAccount(server, 'administrator'),
    ];
    return { server, operator, administrator };
  });

  it.each(CACHE)('$method $path: 401, 403, 200', async ({ method, path, body }) => {
    const { server, operator, administrator } = stage.props;
    const statuses = [];
    for (const who of [
      new ApiSession(server.url),
      await ApiSession.signIn(server.url, operator),
      await ApiSession.signIn(server.url, administrator),
    ]) {
      statuses.push((await who.call(method, path, body)).status);
    }
    expect(statuses).toEqual([401, 403, 200]);
  });

  it('POST /api/auth/login signs in with an account, and with nothing that a server could ship with', async () => {
    const { server, administrator } = stage.props;
    const url = `${server.url}/api/auth/login`;
    const { username, password } = administrator;
    const good = await sendHttp(url, { method: 'POST', body: { username, password } });
    expect(good.status).toBe(200);
    expect(good.cookies.join()).toMatch(/pantau=[^;]{20,}; .*HttpOnly/);
    expect(good.text).not.toMatch(/token|password_hash|secret/);
    const body = { username: 'admin', password: 'admin123' };
    expect((await sendHttp(url, { method: 'POST', body })).status).toBe(401);
  });

  it('GET /api/cameras/active says by X-Cache where it came from, and a change empties it', async () => {
    const { server, administrator } = stage.props;
    const read = async () => {
      const reply = await sendHttp(`${server.url}/api/cameras/active`);
      expect(reply.status).toBe(200);
      return { state: reply.headers['x-cache'], text: reply.text };
    };
    await read();
    expect((await read()).state).toBe('HIT');
    const session = await ApiSession.signIn(server.url, administrator);
    const name = `Jembatan ${performance.now()}`;
    const camera = { name, source_url: 'rtsp://192.0.2.1/live' };
    expect((await session.call('POST', '/api/cameras', camera)).status).toBe(201);
    await eventually('the change in the list', async () => (await read()).text.includes(name), {
      timeoutMs: 2_000,
      everyMs: 20,
    });
    expect((await read()).state).toBe('HIT');
    const stats = fieldOf((await session.call('GET', '/api/cache/stats')).json, 'data');
    expect(fieldOf(stats, 'hits')).toBeGreaterThan(0);
    expect((await session.call('POST', '/api/cache/clear')).status).toBe(200);
    expect((await read()).text).toContain(name);
  });
});
