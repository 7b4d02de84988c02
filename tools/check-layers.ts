/**
 * Proves that imports point one way (docs/architecture.md, "Layers"), and prints the figure of what it found.
 *
 *   web ─► contract ◄─ server ─► media, onvif ─► base        server: routes ─► service ─► store ─► db
 *
 * A checker that read nothing must not pass: each layer has to be seen with at least one file.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { ROOT } from './steps.ts';

/** A layer is a folder; it may import itself and what `may` names. `packages` are the npm packages it may use (none = any). */
interface Layer {
  readonly folder: string;
  readonly may: readonly string[];
  readonly packages?: readonly string[];
}

export const LAYERS: readonly Layer[] = [
  { folder: 'packages/base/src', may: [], packages: [] },
  { folder: 'packages/contract/src', may: [], packages: ['typebox'] },
  { folder: 'packages/media/src', may: ['packages/base/src'], packages: ['ws', 'werift'] },
  {
    folder: 'packages/onvif/src',
    may: ['packages/base/src', 'packages/media/src'],
    packages: ['saxes'],
  },
  {
    folder: 'server/src',
    may: ['packages/base/src', 'packages/contract/src', 'packages/media/src', 'packages/onvif/src'],
  },
  { folder: 'web', may: ['packages/contract/src'] },
  { folder: 'tools', may: ['packages/base/src', 'packages/media/src'] },
  {
    folder: 'e2e',
    may: ['packages/base/src', 'packages/contract/src', 'packages/media/src', 'tools', 'bench'],
  },
  {
    folder: 'bench',
    may: ['packages/base/src', 'packages/contract/src', 'packages/media/src', 'tools', 'e2e'],
  },
];

/** Arrows inside a layer, by path pattern: a file that matches `from` must not import one that matches `to`. */
export const FORBIDDEN: readonly { from: RegExp; to: RegExp; why: string }[] = [
  {
    from: /^server\/src\/.*-routes\.ts$/,
    to: /-store\.ts$|^server\/src\/db\//,
    why: 'routes call services; only stores speak SQL',
  },
  {
    from: /^server\/src\/.*-service\.ts$/,
    to: /^server\/src\/(http|db)\//,
    why: 'services know neither HTTP nor SQL',
  },
  {
    from: /^server\/src\/.*-(store|present)\.ts$/,
    to: /-(routes|service)\.ts$|^server\/src\/http\//,
    why: 'stores and presenters are at the bottom',
  },
  {
    from: /^server\/src\/db\//,
    to: /^server\/src\/(cameras|areas|streams|health|http|cli)\//,
    why: 'db knows no feature',
  },
  {
    from: /^packages\/media\/src\/(rtp|h264|aac|fmp4|timeline)\//,
    to: /^packages\/media\/src\/(rtsp|hls|mse|stream)\//,
    why: 'codecs and packets know neither sessions nor viewers',
  },
  {
    from: /^packages\/media\/src\/rtsp\//,
    to: /^packages\/media\/src\/(h264|aac|timeline|fmp4|hls|mse|stream)\//,
    why: 'the RTSP client hands out packets, it does not look into them',
  },
  {
    from: /^packages\/media\/src\/(?!testing\/)(?!.*\.test\.ts$)/,
    to: /^packages\/media\/src\/testing\//,
    why: 'the fake camera is for tests and tools',
  },
  {
    from: /^packages\/onvif\/src\//,
    to: /^packages\/media\/src\/(?!(authenticator|address-guard|tls-trust)\.ts$)/,
    why: 'of the engine only the login, the address rule and the look at certificates are shared',
  },
  {
    from: /^packages\/onvif\/src\/(?!testing\/)/,
    to: /^packages\/onvif\/src\/testing\//,
    why: 'the simulated device is for tests and tools',
  },
];

/** Packages that would tie the engine or the base to a framework, a database or the environment. */
const BANNED_WORDS: readonly { folder: string; pattern: RegExp; why: string }[] = [
  { folder: 'packages/', pattern: /\bprocess\.env\b/, why: 'packages never read the environment' },
  {
    folder: 'web/src/',
    pattern: /from '@pantau\/(base|media|server)/,
    why: 'the web app knows only the contract',
  },
];

export interface LayerReport {
  readonly problems: readonly string[];
  /** Files seen per layer. */
  readonly files: ReadonlyMap<string, number>;
  /** `from -> to` with the number of imports. */
  readonly arrows: ReadonlyMap<string, number>;
}

/** Checks the tree at `root`. @throws when a layer has no files, for then nothing was checked. */
export function checkLayers(root: string): LayerReport {
  const problems: string[] = [];
  const files = new Map<string, number>();
  const arrows = new Map<string, number>();
  for (const layer of LAYERS) {
    const found = listSources(join(root, layer.folder));
    if (found.length === 0) throw new Error(`no source files under ${layer.folder}: nothing was checked`);
    files.set(layer.folder, found.length);
    for (const path of found) {
      const file = relative(root, path).replaceAll('\\', '/');
      const source = readFileSync(path, 'utf8');
      const isTest = /\.test\.tsx?$|\.config\.ts$|\/testing\//.test(file);
      for (const banned of BANNED_WORDS) {
        if (file.startsWith(banned.folder) && !isTest && banned.pattern.test(source))
          problems.push(`${file}: ${banned.why}`);
      }
      for (const specifier of listImports(source)) {
        const target = resolveImport(file, specifier);
        if (target === undefined) {
          const name = packageName(specifier);
          const isAllowed =
            layer.packages === undefined ||
            isTest ||
            name.startsWith('node:') ||
            layer.packages.includes(name);
          if (!isAllowed) problems.push(`${file}: ${layer.folder} may not use the package ${name}`);
          continue;
        }
        const targetLayer = LAYERS.find(
          (other) => target === other.folder || target.startsWith(`${other.folder}/`),
        );
        if (targetLayer !== undefined && targetLayer !== layer) {
          const arrow = `${layer.folder} -> ${targetLayer.folder}`;
          arrows.set(arrow, (arrows.get(arrow) ?? 0) + 1);
          const isTestHelp = isTest && target.includes('/testing/');
          if (!layer.may.includes(targetLayer.folder) && !isTestHelp)
            problems.push(`${file}: ${arrow} is not an allowed arrow (${specifier})`);
        }
        if (isTest) continue;
        for (const rule of FORBIDDEN) {
          if (rule.from.test(file) && rule.to.test(target))
            problems.push(`${file} imports ${target}: ${rule.why}`);
        }
      }
    }
  }
  return { problems, files, arrows };
}

function listSources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return ['node_modules', 'dist', '.cache'].includes(entry.name) ? [] : listSources(path);
    return /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts') ? [path] : [];
  });
}

/** Module specifiers of static imports, re-exports and dynamic imports with a literal. */
function listImports(source: string): string[] {
  const pattern =
    /(?:^|\n)\s*(?:import|export)\b[^;'"]*?from\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g;
  return [...source.matchAll(pattern)].flatMap((match) => match[1] ?? match[2] ?? match[3] ?? []);
}

/** The repository path an import leads to, or undefined for a package of somebody else. */
function resolveImport(file: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return normalize(join(dirname(file), specifier)).replaceAll('\\', '/');
  const own = /^@pantau\/(base|contract|media|onvif|server|web|tools|e2e|bench)(?:\/(.*))?$/.exec(specifier);
  if (own === null) return undefined;
  const [, name = '', rest = 'index'] = own;
  const folder = ['base', 'contract', 'media', 'onvif'].includes(name) ? `packages/${name}/src` : name;
  return `${folder}/${rest}.ts`;
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

if (import.meta.main) {
  const report = checkLayers(ROOT);
  for (const [folder, count] of report.files) console.log(`${String(count).padStart(5)} files  ${folder}`);
  for (const [arrow, count] of report.arrows) console.log(`${String(count).padStart(5)} imports ${arrow}`);
  for (const problem of report.problems) console.error(problem);
  if (report.problems.length > 0) process.exitCode = 1;
}
