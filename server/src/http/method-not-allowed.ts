/** Tells a wrong method from a wrong path, which the router does not: both are "no such route" to it. */
import type { FastifyInstance } from 'fastify';

/**
 * Collects the routes as they are registered; call before the first one.
 * @returns a function from a path to the methods it has.
 */
export function collectAllowedMethods(app: FastifyInstance): (path: string) => readonly string[] {
  const routes: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = [];
  app.addHook('onRoute', (route) => {
    if (route.url.includes('*')) return;
    const pattern = new RegExp(`^${escape(route.url).replace(/:[a-zA-Z]+/g, '[^/]+')}$`);
    routes.push({ pattern, methods: [route.method].flat() });
  });
  return (path) => [
    ...new Set(routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods)),
  ];
}

function escape(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`);
}
