/**
 * Plants one known fault per checker and demands that the checker sees it: a checker that reads nothing passes everything.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkLayers, LAYERS } from './check-layers.ts';
import { findDocProblems } from './check-docs.ts';
import { findLockProblems } from './check-lock.ts';
import { bin, ROOT } from './steps.ts';

/** Outside the repository, whose .gitignore the linters obey. */
const SANDBOX = mkdtempSync(join(tmpdir(), 'pantau-check-'));

/** Each planted fault: whether its checker saw it. */
const CASES: readonly { name: string; sees: () => boolean }[] = [
  {
    name: 'tsc sees a type error',
    sees: () =>
      failsOn(
        'bad.ts',
        'export const n: number = "text";\n',
        bin('tsc', '--noEmit', '--ignoreConfig', 'bad.ts'),
      ),
  },
  {
    name: 'oxlint sees a floating promise (type-aware)',
    sees: () =>
      failsOn(
        'bad.ts',
        'async function f(): Promise<void> {}\nexport function g(): void {\n  f();\n}\n',
        bin('oxlint', '--type-aware', '-c', '.oxlintrc.json', '.'),
        'no-floating-promises',
      ),
  },
  {
    name: 'oxlint sees the system clock used in a package',
    sees: () =>
      failsOn(
        'packages/media/src/bad.ts',
        'export const t = Date.now();\n',
        bin('oxlint', '-c', '.oxlintrc.json', 'packages'),
        'Take a Clock',
      ),
  },
  {
    name: 'oxfmt sees a badly formatted file',
    sees: () => failsOn('bad.ts', 'export   const a=1\n', bin('oxfmt', '--check', 'bad.ts')),
  },
  {
    name: 'knip sees an unused file',
    sees: () =>
      failsOn(
        'src/unused.ts',
        'export const a = 1;\n',
        bin('knip', '--no-progress', '--include', 'files'),
        'unused.ts',
        {
          'package.json': '{ "name": "x", "version": "1.0.0", "type": "module" }',
          'knip.json': '{ "entry": ["src/main.ts"], "project": ["src/**/*.ts"] }',
          'src/main.ts': 'console.log(1);\n',
        },
      ),
  },
  {
    name: 'the layer check sees an upward import',
    sees: () => {
      const tree = Object.fromEntries(
        LAYERS.map((layer) => [`${layer.folder}/x.ts`, 'export const x = 1;\n']),
      );
      writeTree({
        ...tree,
        'packages/base/src/bad.ts': "import { x } from '../../media/src/x.ts';\nexport const y = x;\n",
      });
      return checkLayers(SANDBOX).problems.length === 1;
    },
  },
  {
    name: 'the layer check refuses an empty tree',
    sees: () => throws(() => checkLayers(join(SANDBOX, 'nothing'))),
  },
  {
    name: 'the document check sees a dead link',
    sees: () => {
      const pages = Object.fromEntries(
        Array.from({ length: 8 }, (_, n) => [`docs/guide/p${n}.md`, 'text\n']),
      );
      writeTree({ ...pages, 'docs/guide/p0.md': '[gone](missing.md)\n' });
      return findDocProblems(SANDBOX).some((problem) => problem.includes('leads nowhere'));
    },
  },
  {
    name: 'the lock check sees a missing platform binary',
    sees: () => {
      const packages: Record<string, object> = Object.fromEntries(
        Array.from({ length: 60 }, (_, n) => [`node_modules/p${n}`, {}]),
      );
      packages['node_modules/tool'] = { optionalDependencies: { '@tool/darwin-arm64': '1.0.0' } };
      return findLockProblems({ packages }).length === 1;
    },
  },
  {
    name: 'the lock check refuses an empty lock',
    sees: () => throws(() => findLockProblems({ packages: {} })),
  },
];

function writeTree(files: Readonly<Record<string, string>>): void {
  rmSync(SANDBOX, { recursive: true, force: true });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(SANDBOX, name)), { recursive: true });
    writeFileSync(join(SANDBOX, name), text);
  }
}

/** True when the command fails on a tree with this one faulty file, and, if `saying` is given, for that reason. */
function failsOn(
  name: string,
  text: string,
  [program, ...args]: readonly [string, ...string[]],
  saying = '',
  others: Readonly<Record<string, string>> = {},
): boolean {
  writeTree({
    'tsconfig.json': '{ "compilerOptions": { "strict": true, "noEmit": true, "types": [] } }',
    ...others,
    [name]: text,
  });
  symlinkSync(join(ROOT, '.oxlintrc.json'), join(SANDBOX, '.oxlintrc.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(SANDBOX, 'node_modules'));
  const result = spawnSync(program, args, { cwd: SANDBOX, encoding: 'utf8' });
  return result.status !== 0 && `${result.stdout}${result.stderr}`.includes(saying);
}

function throws(action: () => unknown): boolean {
  try {
    action();
    return false;
  } catch {
    return true;
  }
}

const blind = CASES.filter((one) => !one.sees());
for (const one of blind) console.error(`not true: ${one.name}`);
rmSync(SANDBOX, { recursive: true, force: true });
if (blind.length > 0) process.exitCode = 1;
else console.log(`${CASES.length} planted faults, all seen`);
