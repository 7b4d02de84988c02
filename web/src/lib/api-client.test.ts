import { describe, expect, it, vi } from 'vitest';
import { ApiError, createApiClient, DeclinedError, UnreachableError } from './api-client.ts';

function reply(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers });
}

function open(replies: readonly (Response | Error)[], confirmed = true) {
  const left = [...replies];
  const send = vi.fn<typeof fetch>(async () => {
    const next = left.shift();
    if (next === undefined) throw new Error('one request too many');
    if (next instanceof Error) throw next;
    return next;
  });
  const confirm = vi.fn(async () => confirmed);
  const onSessionEnded = vi.fn();
  const onRestricted = vi.fn();
  return {
    api: createApiClient({ send, confirm, onSessionEnded, onRestricted }),
    send,
    confirm,
    onSessionEnded,
    onRestricted,
  };
}

const failed = (code: string, more: object = {}) => ({ success: false, code, message: 'no', ...more });

describe('requests to the API', () => {
  it('give the data, and send bodies as JSON', async () => {
    const { api, send } = open([reply(200, { success: true, data: { id: 3 } })]);
    expect(await api.call('PUT', '/api/x', { a: 1 })).toEqual({ id: 3 });
    expect(send.mock.calls[0]?.[1]).toMatchObject({
      method: 'PUT',
      body: '{"a":1}',
      headers: { 'content-type': 'application/json' },
    });
  });

  it('have no content type without a body', async () => {
    const { api, send } = open([reply(200, { success: true, data: null })]);
    expect(await api.call('DELETE', '/api/x')).toBeNull();
    expect(send.mock.calls[0]?.[1]?.headers).not.toHaveProperty('content-type');
  });

  it('carry code, fields and waiting time of a refusal', async () => {
    const errors = [{ field: 'password', code: 'too_short', message: 'too short' }];
    const { api } = open([reply(400, failed('PASSWORD_REFUSED', { errors, retry_after: 7 }))]);
    await expect(api.call('POST', '/api/x', {})).rejects.toMatchObject({
      code: 'PASSWORD_REFUSED',
      fieldErrors: errors,
      retryAfterS: 7,
    });
  });

  it('take the waiting time of a proxy from its header', async () => {
    const { api } = open([reply(429, '<html>slow down</html>', { 'retry-after': '12' })]);
    await expect(api.call('GET', '/api/x')).rejects.toMatchObject({ status: 429, retryAfterS: 12 });
  });

  it.each([
    ['a page of a proxy', reply(502, '<html>'), 'INTERNAL'],
    ['a list', reply(500, [1]), 'INTERNAL'],
    ['fields of other types', reply(400, { code: 3, errors: [{ field: 1 }, null] }), 'INTERNAL'],
    ['a good status without an envelope', reply(200, 'hello'), 'INTERNAL'],
  ])('survive %s', async (_name, response, code) => {
    const { api } = open([response]);
    await expect(api.call('GET', '/api/x')).rejects.toMatchObject({
      name: 'ApiError',
      code,
      fieldErrors: [],
    });
  });

  it('call a silent server unreachable', async () => {
    const { api } = open([new TypeError('fetch failed')]);
    await expect(api.call('GET', '/api/x')).rejects.toBeInstanceOf(UnreachableError);
  });

  it('ask for the password once, then repeat the same request', async () => {
    const { api, send, confirm } = open([
      reply(403, failed('CONFIRMATION_NEEDED')),
      reply(200, { success: true, data: 'done' }),
    ]);
    expect(await api.call('POST', '/api/x', { a: 1 })).toBe('done');
    expect(confirm).toHaveBeenCalledTimes(1);
    expect(send.mock.calls[1]).toEqual([
      send.mock.calls[0]?.[0],
      { ...send.mock.calls[0]?.[1], signal: expect.anything() },
    ]);
  });

  it('do not ask twice for one request', async () => {
    const { api, confirm } = open([
      reply(403, failed('CONFIRMATION_NEEDED')),
      reply(403, failed('CONFIRMATION_NEEDED')),
    ]);
    await expect(api.call('POST', '/api/x', {})).rejects.toBeInstanceOf(ApiError);
    expect(confirm).toHaveBeenCalledTimes(1);
  });

  it('change nothing when the person would rather not', async () => {
    const { api, send } = open([reply(403, failed('CONFIRMATION_NEEDED'))], false);
    await expect(api.call('POST', '/api/x', {})).rejects.toBeInstanceOf(DeclinedError);
    expect(send).toHaveBeenCalledTimes(1);
  });

  it('tell when the session is over, and only then', async () => {
    const ended = open([reply(401, failed('UNAUTHENTICATED'))]);
    await expect(ended.api.call('GET', '/api/x')).rejects.toBeInstanceOf(ApiError);
    expect(ended.onSessionEnded).toHaveBeenCalledTimes(1);
    const wrong = open([reply(401, failed('LOGIN_FAILED'))]);
    await expect(wrong.api.call('POST', '/api/auth/login', {})).rejects.toBeInstanceOf(ApiError);
    expect(wrong.onSessionEnded).not.toHaveBeenCalled();
  });

  it.each(['PASSWORD_CHANGE_REQUIRED', 'SECOND_FACTOR_REQUIRED'])('tell of %s', async (code) => {
    const { api, onRestricted } = open([reply(403, failed(code))]);
    await expect(api.call('GET', '/api/x')).rejects.toMatchObject({ code });
    expect(onRestricted).toHaveBeenCalledTimes(1);
  });
});
