/**
 * The administration's part of the stand-in server. Everybody gets in by any password but `salah`; the name decides the rest:
 * `faktor` has a second factor, `terkunci` must wait, `baru` must change the password, `wajib` must add a factor,
 * `operator-1` and `penonton` have fewer rights. Codes: any but 000000. Scenarios beside those of `mock-api.ts`: setup (no
 * account yet), confirm (every change asks for the password first), factor (every sign-in has a second step).
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ROUTES } from './mock-admin-routes.ts';
import { Refusal, signIn, state, type Body } from './mock-admin-state.ts';

export async function answerAdmin(
  request: IncomingMessage,
  response: ServerResponse,
  scenario: string,
): Promise<boolean> {
  const url = new URL(request.url ?? '/', 'http://mock');
  if (!url.pathname.startsWith('/api/')) return false;
  const name = `${request.method ?? 'GET'} ${url.pathname.slice('/api/'.length)}`;
  const key = /\/([^/]*\d[^/]*)(?:\/|$)/.exec(name)?.[1] ?? '';
  const handler = ROUTES[name] ?? ROUTES[name.replace(`/${key}`, '/:id')];
  if (handler === undefined) return false;
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  // The pages send objects.
  const body = (text === '' ? {} : JSON.parse(text)) as Body;
  await new Promise((done) => setTimeout(done, scenario === 'slow' ? 4_000 : 120));
  try {
    if (scenario === 'down') throw new Refusal(503, 'DATABASE_UNAVAILABLE', { request_id: 'req-7f3a' });
    checkAccess(request.method ?? 'GET', url.pathname, scenario);
    const data = handler({ body, query: url.searchParams, id: Number(key), key, scenario, response });
    if (!response.headersSent) send(response, 200, { success: true, data: data ?? null });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    send(response, error.status, error.body);
  }
  return true;
}

function checkAccess(method: string, path: string, scenario: string): void {
  const isPublic = path.startsWith('/api/auth/') || path.endsWith('/password-requirements');
  if (path !== '/api/auth/verify' && isPublic && !path.startsWith('/api/auth/confirm')) return;
  if (state.me === undefined && scenario === 'in') signIn('admin');
  if (state.me === undefined) throw new Refusal(401, 'UNAUTHENTICATED');
  const isOwn = path.startsWith('/api/users/profile') || path.startsWith('/api/auth/');
  if (state.me.restriction === 'password-change' && !isOwn)
    throw new Refusal(403, 'PASSWORD_CHANGE_REQUIRED');
  const isChange = method !== 'GET' && !path.startsWith('/api/auth/');
  if (scenario === 'confirm' && isChange && !state.isConfirmed) throw new Refusal(403, 'CONFIRMATION_NEEDED');
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}
