/**
 * Fails the build when a page's first load outgrows its budget: the JavaScript that it pulls in before anybody presses
 * anything (static imports of the entry, gzipped), and the style sheets. Words of the administration on the portal fail it too.
 */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

/** Bytes, gzipped. */
const PAGES = {
  'index.html': { manifest: 'portal.json', script: 120_000, style: 20_000 },
  'admin.html': { manifest: 'admin.json', script: 140_000, style: 20_000 },
} as const;
const dist = new URL('../dist/', import.meta.url);

interface ManifestEntry {
  readonly file: string;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
  readonly isEntry?: boolean;
}
type Manifest = Readonly<Record<string, ManifestEntry>>;

for (const [page, { manifest: file, ...budget }] of Object.entries(PAGES)) {
  // Written by Vite: the shape is its documented manifest format.
  const manifest = JSON.parse(readFileSync(new URL(`.vite/${file}`, dist), 'utf8')) as Manifest;
  if (manifest[page]?.isEntry !== true) throw new Error(`the build lacks ${page}: nothing was checked`);
  const scripts = new Set<string>();
  const styles = new Set<string>();
  collect(manifest, page, scripts, styles);
  report(`${page}, JavaScript`, scripts, budget.script);
  report(`${page}, styles`, styles, budget.style);
  if (page === 'index.html') refuseAdminWords(manifest);
}

function collect(manifest: Manifest, key: string, scripts: Set<string>, styles: Set<string>): void {
  const entry = manifest[key];
  if (entry === undefined || scripts.has(entry.file)) return;
  scripts.add(entry.file);
  for (const file of entry.css ?? []) styles.add(file);
  for (const imported of entry.imports ?? []) collect(manifest, imported, scripts, styles);
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

/** Visitors of the portal load no word of the administration, not even later. */
function refuseAdminWords(manifest: Manifest): void {
  for (const { file } of Object.values(manifest)) {
    if (!file.endsWith('.js') || !readFileSync(new URL(file, dist), 'utf8').includes('audit.type.')) continue;
    process.exitCode = 1;
    console.error(`the portal loads words of the administration: ${file}`);
  }
}
