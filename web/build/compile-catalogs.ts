import { createCompiledCatalog } from '@lingui/cli/api';
import type { Plugin } from 'vite';

const CATALOG = /\/src\/locales\/(?:admin\.)?(id|en)\.json$/;

/** Compiles the ICU messages of `src/locales/*.json` at build time, so that no message parser is sent to the page. */
export function compileCatalogs(): Plugin {
  return {
    name: 'pantau:compile-catalogs',
    enforce: 'pre',
    transform(code, id) {
      const locale = CATALOG.exec(id)?.[1];
      if (locale === undefined) return null;
      return { code: compileCatalog(locale, code), map: null };
    },
  };
}

/**
 * Compiled form of one catalog: JSON text of message id → text, or the token list of a message with arguments.
 * @throws Error naming every message that is not valid ICU MessageFormat.
 */
export function compileCatalog(locale: string, json: string): string {
  // The catalogs are ours: flat objects of strings, which `locales.test.ts` asserts.
  const messages = JSON.parse(json) as Record<string, string>;
  const { source, errors } = createCompiledCatalog(locale, messages, { namespace: 'json' });
  if (errors.length > 0) {
    throw new Error(`messages of "${locale}" do not compile: ${errors.map((e) => e.id).join(', ')}`);
  }
  // As a namespace `json` the compiler wraps the messages; the page wants the bare object.
  const parsed = JSON.parse(source) as { messages: Record<string, unknown> };
  return JSON.stringify(parsed.messages);
}
