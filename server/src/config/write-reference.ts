/** Writes docs/reference/config.md and .env.example anew: `node server/src/config/write-reference.ts`. */
import { writeFileSync } from 'node:fs';
import { formatConfigReference, formatEnvExample } from './config-reference.ts';

writeFileSync(new URL('../../../docs/reference/config.md', import.meta.url), formatConfigReference());
writeFileSync(new URL('../../../.env.example', import.meta.url), formatEnvExample());
