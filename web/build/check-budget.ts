/**
 * Fails the build when a page's first load outgrows its budget: the JavaScript that it pulls in before anybody presses
 * anything (static imports of the entry, gzipped), and the style sheets. Words of the administration on the portal fail it too.
 */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const BUDGETS: Readonly<Record<string, { readonly script: number; readonly style: number }>> = {
  'index.html': { script: 120_000, style: 20_000 },
  'admin.html': { script: 140_000, style: 20_000 },
};
const dist = new URL('../dist/', import.meta.url);

interface ManifestEntry {
  readonly file: string;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
  readonly isEntry?: boolean;
}

// Written by Vite: the shape is its documented manifest format.
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8')) as Record<
  string,
  ManifestEntry
>;

const entries = Object.keys(manifest).filter((key) => manifest[key]?.isEntry);
const missing = Object.keys(BUDGETS).filter((page) => !entries.includes(page));
if (missing.length > 0) throw new Error(`the build lacks ${missing.join(', ')}: nothing was checked`);

for (const entry of entries) {
  const budget = BUDGETS[entry];
  if (budget === undefined) throw new Error(`${entry} has no budget`);
  const scripts = new Set<string>();
  const styles = new Set<string>();
  collect(entry, scripts, styles);
  report(`${entry}, JavaScript`, scripts, budget.script);
  report(`${entry}, styles`, styles, budget.style);
  if (entry === 'index.html') refuseAdminWords(scripts);
}

function collect(key: string, scripts: Set<string>, styles: Set<string>): void {
  const entry = manifest[key];
  if (entry === undefined || scripts.has(entry.file)) return;
  scripts.add(entry.file);
  for (const file of entry.css ?? []) styles.add(file);
  for (const imported of entry.imports ?? []) collect(imported, scripts, styles);
}

function report(what: string, files: ReadonlySet<string>, budgetBytes: number): void {
  if (files.size === 0) throw new Error(`the build has no ${what}: nothing was checked`);
  let bytes = 0;
  for (const file of files) bytes += gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).byteLength;
  const line = `first load of ${what}: ${(bytes / 1000).toFixed(1)} kB gzipped of ${budgetBytes / 1000} kB`;
  if (bytes > budgetBytes) {
    process.exitCode = 1;
    console.error(`${line}: over budget`);
  } else {
    console.log(line);
  }
}

/** Visitors of the portal load no word of the administration. */
function refuseAdminWords(scripts: ReadonlySet<string>): void {
  for (const file of scripts) {
    if (!readFileSync(new URL(file, dist), 'utf8').includes('audit.type.')) continue;
    process.exitCode = 1;
    console.error(`the portal loads words of the administration: ${file}`);
  }
}
