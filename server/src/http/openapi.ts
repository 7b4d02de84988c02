/**
 * The description of the API for programs (OpenAPI 3.1), made of what the routes declare: schemas, and who may call. It is
 * made once, when all routes are known, and served as bytes at `GET /api/openapi.json`.
 */
import swagger from '@fastify/swagger';
import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify';
import { KEY_SCOPES, RIGHTS } from '@pantau/contract/access';
import { ErrorReply } from '@pantau/contract/envelope';
import type { RouteAccess } from '../access/route-access.ts';
import { PUBLIC_CORS_HEADERS } from './cors.ts';

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

const TITLE = 'Pantau';
const DESCRIPTION =
  'Every reply is JSON in an envelope: `{"success": true, "data": …}`, or `{"success": false, "code": "…", "message": "…"}`. ' +
  'Codes are stable. Programs sign in with an API key, pages with the cookie. Changes are refused when another site asks for them.';

const SECURITY_SCHEMES = {
  cookie: {
    type: 'apiKey',
    in: 'cookie',
    name: 'pantau',
    description: 'Of a signed-in account; `__Host-pantau` on https.',
  },
  key: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'An API key.' },
  bearer: { type: 'http', scheme: 'bearer', description: 'An API key, in `Authorization`.' },
} as const;

/** Failures that many routes share; `default` stands for all others. */
const FAILURES = {
  400: 'The request does not fit the documented shape.',
  401: 'Nobody is signed in, or the API key is unknown, expired or revoked.',
  403: 'No right to this, one more proof is needed, or another site asked.',
  404: 'There is no such thing, or it may not be seen.',
  default: 'Any other failure: 429 and 503 say with `Retry-After` when to try again.',
} as const;

/** Of OpenAPI what this file adds to. */
interface OpenapiDocument {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas?: Record<string, unknown>; responses?: Record<string, unknown> };
}

interface Operation {
  operationId?: string;
  parameters?: readonly { readonly in: string }[];
  requestBody?: unknown;
  responses: Record<string, unknown>;
  'x-access'?: string;
}

/** Call it before the first route. @param version of Pantau. */
export async function registerOpenapi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: TITLE, description: DESCRIPTION, version },
      components: { securitySchemes: SECURITY_SCHEMES },
    },
    transform: ({ schema, url, route }) => ({ schema: describeRoute(schema, url, route), url }),
  });
  let bytes = Buffer.alloc(0);
  app.addHook('onReady', (done) => {
    // A copy: the plugin's own is shared with the schemas of the routes.
    const document: OpenapiDocument = JSON.parse(JSON.stringify(app.swagger()));
    bytes = Buffer.from(JSON.stringify(complete(document)));
    done();
  });
  app.get(
    '/api/openapi.json',
    {
      config: { access: 'public' },
      schema: {
        summary: 'This description',
        response: { 200: { type: 'object', description: 'OpenAPI 3.1' } },
      },
    },
    (_request, reply) =>
      reply
        .headers({ ...PUBLIC_CORS_HEADERS, 'cache-control': 'public, max-age=300' })
        .type('application/json; charset=utf-8')
        .send(bytes),
  );
}

/** What a route declares about its callers, in words and as OpenAPI's `security`. */
function describeRoute(schema: FastifySchema | undefined, url: string, route: RouteOptions): FastifySchema {
  const { access, audit, recent } = route.config ?? {};
  if (!url.startsWith('/api/') && url !== '/health') return { ...schema, hide: true };
  const sentences = [
    schema?.description,
    access === undefined ? undefined : describeAccess(access),
    recent === true ? 'The person must have proved themselves within the last 15 minutes.' : undefined,
    audit === undefined || audit.length === 0 ? undefined : `Audited as ${audit.map(quote).join(', ')}.`,
  ];
  const described: FastifySchema & Record<`x-${string}`, unknown> = {
    ...schema,
    tags: schema?.tags ?? [sliceOf(url)],
    description: sentences.filter((sentence) => sentence !== undefined).join(' '),
    security: access === undefined ? [] : securityOf(access),
    'x-access': access,
    'x-audit': audit,
  };
  return described;
}

function describeAccess(access: RouteAccess['access']): string {
  if (access === 'public') return 'For everybody.';
  if (access === 'account') return 'For any signed-in account, not for API keys.';
  const keys = isKeyScope(access) ? 'API keys need it as a scope.' : 'Not for API keys.';
  return `Needs the right ${quote(access)} (${RIGHTS[access].replace(/\.$/, '')}). ${keys}`;
}

function securityOf(access: RouteAccess['access']): { readonly [way: string]: readonly string[] }[] {
  // One of them is enough: each is an object of its own.
  if (access === 'public') return [];
  return isKeyScope(access) ? [{ cookie: [] }, { key: [] }, { bearer: [] }] : [{ cookie: [] }];
}

function isKeyScope(access: RouteAccess['access']): boolean {
  return KEY_SCOPES.some((scope) => scope === access);
}

/** `/api/admin/api-keys/:id` → `api-keys`. */
function sliceOf(url: string): string {
  return url.replace(/^\/(api\/)?(admin\/)?/, '').split(/[/.]/, 1)[0] ?? '';
}

function quote(word: string): string {
  return `\`${word}\``;
}

/** Adds names and the failures that follow from the declarations. */
function complete(document: OpenapiDocument): OpenapiDocument {
  for (const [path, item] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      operation.operationId ??= operationName(method, path);
      for (const status of failuresOf(method, path, operation))
        operation.responses[status] ??= { $ref: `#/components/responses/${status}` };
    }
  }
  const content = { 'application/json': { schema: { $ref: '#/components/schemas/ErrorReply' } } };
  document.components.schemas = { ...document.components.schemas, ErrorReply };
  document.components.responses = Object.fromEntries(
    Object.entries(FAILURES).map(([status, description]) => [status, { description, content }]),
  );
  return document;
}

function failuresOf(method: string, path: string, operation: Operation): (keyof typeof FAILURES)[] {
  const failures: (keyof typeof FAILURES)[] = ['default'];
  const isGuarded = operation['x-access'] !== undefined && operation['x-access'] !== 'public';
  if (operation.requestBody !== undefined || operation.parameters !== undefined) failures.push(400);
  if (isGuarded) failures.push(401);
  if (isGuarded || !SAFE_METHODS.includes(method.toUpperCase())) failures.push(403);
  if (path.includes('{')) failures.push(404);
  return failures;
}

/** `get`, `/api/admin/audit/{id}` → `getAdminAuditById`. */
function operationName(method: string, path: string): string {
  const words = path
    .replace(/^\/api\//, '')
    .replaceAll('{', 'by-')
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '');
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
