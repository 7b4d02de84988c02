/**
 * Proves that the documents do not lie in ways a program can see: every relative link leads to a file, every path in
 * backticks that looks like one of ours exists, every design note has its head, and no page is orphaned.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { ROOT } from './steps.ts';

const TOP_LEVEL = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md'];
/** Headings every design note has (docs/design/README.md). */
const DESIGN_HEADINGS = ['Objective', 'Non-goals', 'Failure modes', 'Alternatives'];
const OWN_PATH =
  /^(packages|server|web|tools|e2e|bench|docs|deploy)\/[\w./-]+\.(ts|tsx|mjs|js|md|json|py|svg|css)$/;

/** Problems in the documents below `root`, one sentence each. @throws when there were too few documents to have checked anything. */
export function findDocProblems(root: string): string[] {
  const documents = [
    ...TOP_LEVEL.map((name) => join(root, name)).filter(existsSync),
    ...listMarkdown(join(root, 'docs')),
  ];
  if (documents.length < 8) throw new Error(`only ${documents.length} documents found: nothing was checked`);
  const problems: string[] = [];
  const linked = new Set<string>();
  for (const path of documents) {
    const name = relative(root, path);
    const text = stripCodeBlocks(readFileSync(path, 'utf8'));
    for (const match of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      const target = match[1] ?? '';
      if (/^(https?:|mailto:|#)/.test(target)) continue;
      const file = join(dirname(path), target.split('#')[0] ?? '');
      linked.add(file);
      if (!existsSync(file)) problems.push(`${name}: the link to ${target} leads nowhere`);
    }
    for (const match of text.matchAll(/`([^`\n]+)`/g)) {
      const target = match[1] ?? '';
      if (OWN_PATH.test(target) && !existsSync(join(root, target)))
        problems.push(`${name}: there is no ${target}`);
    }
    if (name.startsWith(join('docs', 'design')) && !name.endsWith('README.md')) {
      if (!/^\**Status\**:/m.test(text)) problems.push(`${name}: a design note says its Status`);
      for (const heading of DESIGN_HEADINGS) {
        if (!new RegExp(`^#+ .*${heading}`, 'im').test(text))
          problems.push(`${name}: no section "${heading}"`);
      }
    }
  }
  for (const path of documents) {
    const name = relative(root, path);
    if (name.startsWith('docs') && !linked.has(path)) problems.push(`${name}: no other document links to it`);
  }
  return problems;
}

function listMarkdown(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return listMarkdown(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

/** Fenced blocks hold examples, not promises about this repository. */
function stripCodeBlocks(text: string): string {
  return text.replaceAll(/^(```|~~~)[\s\S]*?^\1/gm, '');
}

if (import.meta.main) {
  const problems = findDocProblems(ROOT);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  else console.log('documents: links, paths and design notes are in order');
}
