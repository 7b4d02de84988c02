/**
 * Fails the build when the portal's first load outgrows its budget: the JavaScript that the entry page pulls in before
 * anybody presses play (static imports of the entry, gzipped), and the style sheets.
 */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const BUDGET_SCRIPT_BYTES = 120_000;
const BUDGET_STYLE_BYTES = 20_000;
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
if (entries.length === 0) throw new Error('the build has no entry: nothing was checked');

const scripts = new Set<string>();
const styles = new Set<string>();
for (const key of entries) collect(key);

report('JavaScript', scripts, BUDGET_SCRIPT_BYTES);
report('styles', styles, BUDGET_STYLE_BYTES);

function collect(key: string): void {
  const entry = manifest[key];
  if (entry === undefined || scripts.has(entry.file)) return;
  scripts.add(entry.file);
  for (const file of entry.css ?? []) styles.add(file);
  for (const imported of entry.imports ?? []) collect(imported);
}

function report(what: string, files: ReadonlySet<string>, budgetBytes: number): void {
  if (files.size === 0) throw new Error(`the build has no ${what}: nothing was checked`);
  let bytes = 0;
  for (const file of files) bytes += gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).byteLength;
  const line = `first load, ${what}: ${(bytes / 1000).toFixed(1)} kB gzipped of ${budgetBytes / 1000} kB`;
  if (bytes > budgetBytes) {
    process.exitCode = 1;
    console.error(`${line}: over budget`);
  } else {
    console.log(line);
  }
}
