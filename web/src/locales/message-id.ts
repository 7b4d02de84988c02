import type indonesian from './id.json';

/** Every text of the portal, by id. Indonesian is the source; `locales.test.ts` holds the other languages to the same ids. */
export type MessageId = keyof typeof indonesian;
