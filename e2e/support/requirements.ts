/**
 * What the tests need from the machine besides Node. What is missing skips the tests that need it, by name and in
 * capitals, so that nobody mistakes a skip for a pass; on CI it fails them.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, it } from 'vitest';

/** Debian's Python, not one of a version manager: only it sees the GObject bindings. */
export const PYTHON = '/usr/bin/python3';

const CHROMIUM_PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Media servers of others, which no distribution packs: where a machine has one, it is a camera too. */
const PEERS = {
  mediamtx: 'PANTAU_MEDIAMTX',
  go2rtc: 'PANTAU_GO2RTC',
} as const;

/** Path or name of a peer's program: from its variable, else from PATH. */
export function peerProgram(peer: keyof typeof PEERS): string {
  return process.env[PEERS[peer]] ?? peer;
}

interface RequirementFacts {
  readonly package: string;
  readonly isThere: () => boolean;
  /** Missing on CI is no failure either. */
  readonly isOptional?: boolean;
}

const REQUIREMENTS = {
  chromium: { package: 'chromium', isThere: () => findChromium() !== undefined },
  ffmpeg: {
    package: 'ffmpeg',
    isThere: () => succeeds('ffmpeg', ['-version']) && succeeds('ffprobe', ['-version']),
  },
  nginx: {
    package: 'nginx-light openssl',
    isThere: () =>
      (existsSync('/usr/sbin/nginx') || succeeds('nginx', ['-v'])) && succeeds('openssl', ['version']),
  },
  gstreamer: {
    package:
      'python3-gi python3-gi-cairo gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly gstreamer1.0-libav',
    isThere: () =>
      succeeds(PYTHON, [
        '-c',
        [
          'import gi, cairo, sys',
          'gi.require_version("GstRtspServer", "1.0")',
          'from gi.repository import Gst, GstRtspServer',
          'Gst.init(None)',
          'sys.exit(any(Gst.ElementFactory.find(n) is None for n in ("x264enc", "avenc_aac", "cairooverlay", "rtph264pay", "h264parse")))',
        ].join('\n'),
      ]),
  },
  'gstreamer-x265': {
    package: 'gstreamer1.0-plugins-bad',
    isThere: (): boolean => isAvailable('gstreamer') && succeeds('gst-inspect-1.0', ['x265enc']),
  },
  mediamtx: {
    package: 'no package: put the program into PATH, or name it in PANTAU_MEDIAMTX',
    isThere: () => succeeds(peerProgram('mediamtx'), ['--version']),
    isOptional: true,
  },
  go2rtc: {
    package: 'no package: put the program into PATH, or name it in PANTAU_GO2RTC',
    isThere: () => succeeds(peerProgram('go2rtc'), ['-version']),
    isOptional: true,
  },
} satisfies Record<string, RequirementFacts>;

export type Requirement = keyof typeof REQUIREMENTS;

const known = new Map<Requirement, boolean>();

/** Path of a Chromium on this machine. */
export function findChromium(): string | undefined {
  return CHROMIUM_PATHS.find((path) => existsSync(path));
}

export function isAvailable(requirement: Requirement): boolean {
  const found = known.get(requirement) ?? REQUIREMENTS[requirement].isThere();
  known.set(requirement, found);
  return found;
}

/** `describe` for tests that need more than Node. */
export function describeWith(name: string, needs: readonly Requirement[], body: () => void): void {
  const missing = needs.filter((need) => !isAvailable(need));
  if (missing.length === 0) {
    describe(name, body);
    return;
  }
  const what = missing.map((need) => `${need} (${howToGet(REQUIREMENTS[need])})`).join(', ');
  const isOptional = missing.every((need) => {
    const facts: RequirementFacts = REQUIREMENTS[need];
    return facts.isOptional === true;
  });
  if (process.env['CI'] && !isOptional) {
    describe(name, () => {
      it('has what it needs', () => {
        throw new Error(`missing on CI: ${what}`);
      });
    });
    return;
  }
  process.stderr.write(`\nSKIPPED, NOT PASSED: "${name}" needs ${what}\n`);
  describe.skip(`${name} [SKIPPED: no ${missing.join(', ')}]`, body);
}

function howToGet(facts: RequirementFacts): string {
  return facts.isOptional === true ? facts.package : `apt-get install ${facts.package}`;
}

function succeeds(command: string, args: readonly string[]): boolean {
  return spawnSync(command, [...args], { stdio: 'ignore', timeout: 20_000 }).status === 0;
}
