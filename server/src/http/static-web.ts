/**
 * The built web client: files of `web/dist`, compressed at build time. Addresses of the portal and of the administration
 * answer with their page, which then reads its own address; other addresses are 404.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RouteAccess } from '../access/route-access.ts';
import type { SecurityRules } from '../settings/security-settings.ts';
import { pageHeaders } from './security-headers.ts';

/** Addresses that the portal's own router knows (`web/src/portal/app.tsx`). */
const PORTAL_PATHS = [/^\/$/, /^\/kamera\/[^/]+\/?$/];

/** Addresses of the administration (`web/src/admin/router.tsx`); it says itself when it does not know one. */
const ADMIN_PATHS = [/^\/admin(?:\/.*)?$/];

const PORTAL_PAGE = 'index.html';
const ADMIN_PAGE = 'admin.html';
/** The page, and its compressed forms. */
const ADMIN_FILE = /^admin\.html(?:\.\w+)?$/;
/** What the administration shows is nobody else's: no cache keeps its page, no search engine lists it. */
const ADMIN_HEADERS = { 'cache-control': 'no-store', 'x-robots-tag': 'noindex' } as const;

/** Pages and files are for everybody; only the flood limit counts them. */
const FILES = { access: 'public', limit: 'delivery', passive: true } as const satisfies RouteAccess;

export interface StaticWebOptions {
  /** `web/dist` */
  readonly folder: string;
  readonly secure: boolean;
  readonly readRules: () => Pick<SecurityRules, 'embedOrigins'>;
}

export interface StaticWeb {
  /** Answers a page address. @returns false, having done nothing, when `path` is not one. */
  sendPage(path: string, reply: FastifyReply): boolean;
  /** Answers 404 with the portal, which then says so in its own looks; with a plain page while it is not built. */
  sendNotFound(reply: FastifyReply): Promise<void>;
}

export async function registerStaticWeb(app: FastifyInstance, options: StaticWebOptions): Promise<StaticWeb> {
  const { secure, readRules } = options;
  const headersOf = (part: 'portal' | 'admin') => {
    const headers = pageHeaders({ secure, part, embedOrigins: readRules().embedOrigins });
    return part === 'admin' ? { ...headers, ...ADMIN_HEADERS } : headers;
  };
  const indexFile = join(options.folder, PORTAL_PAGE);
  if (existsSync(options.folder)) {
    // The file server makes its own routes and takes no declaration for them.
    let isRegistering = true;
    app.addHook('onRoute', (route) => {
      if (isRegistering) route.config = { ...route.config, ...FILES };
    });
    await app.register(fastifyStatic, {
      root: options.folder,
      index: false,
      preCompressed: true,
      cacheControl: false,
      setHeaders(reply, path) {
        // Names under assets/ carry a hash of the content.
        const immutable = /[/\\]assets[/\\]/.test(path);
        reply.header('cache-control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
        const part = ADMIN_FILE.test(basename(path)) ? 'admin' : 'portal';
        for (const [name, value] of Object.entries(headersOf(part))) reply.header(name, value);
      },
    });
    isRegistering = false;
  }
  const web: StaticWeb = {
    sendPage(path, reply) {
      const page = pageOf(path);
      if (page === undefined) return false;
      reply.header('cache-control', 'no-cache').headers(headersOf(page === ADMIN_PAGE ? 'admin' : 'portal'));
      if (existsSync(join(options.folder, page))) reply.sendFile(page);
      else reply.code(503).type('text/html; charset=utf-8').send(NOT_BUILT);
      return true;
    },

    async sendNotFound(reply) {
      const page = await readFile(indexFile).catch(() => NOT_FOUND);
      reply
        .code(404)
        .headers(headersOf('portal'))
        .header('cache-control', 'no-store')
        .type('text/html; charset=utf-8')
        .send(page);
    },
  };
  // The file server would answer the folder itself with "forbidden".
  app.get('/', { config: FILES }, (_request, reply) => {
    web.sendPage('/', reply);
    return reply;
  });
  return web;
}

function pageOf(path: string): string | undefined {
  if (PORTAL_PATHS.some((pattern) => pattern.test(path))) return PORTAL_PAGE;
  return ADMIN_PATHS.some((pattern) => pattern.test(path)) ? ADMIN_PAGE : undefined;
}

/** Whether a visitor's browser asks for a page, rather than a program for data. */
export function wantsHtml(request: FastifyRequest): boolean {
  return request.headers.accept?.includes('text/html') === true;
}

const NOT_FOUND = page(
  'Halaman tidak ditemukan',
  'Alamat ini tidak ada. <span lang="en">This address does not exist.</span> <a href="/">Kembali ke beranda</a>',
);

const NOT_BUILT = page(
  'Pantau is running',
  'The web pages have not been built yet. Run <code>npm start</code>, which builds them, or <code>npm run dev</code>. The API answers at <a href="/health">/health</a>.',
);

function page(title: string, text: string): string {
  return `<!doctype html><html lang="id"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><h1>${title}</h1><p>${text}</p></html>\n`;
}
