/**
 * What the tests need from the machine beyond npm: Debian's packages with the independent peers (ffmpeg, GStreamer's RTSP
 * server, Chromium, nginx) and PostgreSQL. As root on Debian they are installed; otherwise they are named, with the tests that are left out.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPostgres } from './postgres-server.ts';

interface Need {
  readonly name: string;
  readonly packages: readonly string[];
  readonly isPresent: () => boolean;
  /** What cannot be proven without it. */
  readonly leavesOut: string;
}

const runs = (program: string, ...args: string[]) =>
  spawnSync(program, args, { stdio: 'ignore', timeout: 20_000 }).status === 0;

export const POSTGRES = 'PostgreSQL';

export const NEEDS: readonly Need[] = [
  {
    name: 'ffmpeg and ffprobe',
    packages: ['ffmpeg'],
    isPresent: () => runs('ffmpeg', '-version') && runs('ffprobe', '-version'),
    leavesOut: 'everything that an independent player or prober has to accept',
  },
  {
    name: "GStreamer's RTSP server",
    packages: [
      'gir1.2-gst-rtsp-server-1.0',
      'gstreamer1.0-tools',
      'python3-gi',
      'python3-gi-cairo',
      'gstreamer1.0-plugins-base',
      'gstreamer1.0-plugins-good',
      'gstreamer1.0-plugins-bad',
      'gstreamer1.0-plugins-ugly',
      'gstreamer1.0-libav',
      'gstreamer1.0-x',
    ],
    isPresent: () =>
      runs(
        '/usr/bin/python3',
        '-c',
        'import gi, cairo; gi.require_version("GstRtspServer", "1.0"); from gi.repository import GstRtspServer',
      ) &&
      runs('gst-inspect-1.0', 'x264enc') &&
      runs('gst-inspect-1.0', 'cairooverlay') &&
      runs('gst-inspect-1.0', 'avenc_aac'),
    leavesOut: 'cameras that are not our own simulator',
  },
  {
    name: 'Chromium',
    packages: ['chromium', 'fonts-dejavu-core'],
    isPresent: () => existsSync('/usr/bin/chromium'),
    leavesOut: 'everything a visitor sees',
  },
  {
    name: 'nginx',
    packages: ['nginx-light', 'openssl'],
    isPresent: () => (runs('nginx', '-v') || existsSync('/usr/sbin/nginx')) && runs('openssl', 'version'),
    leavesOut: 'the guide for running behind nginx, and the delivery benchmark against it',
  },
  {
    name: POSTGRES,
    packages: ['postgresql'],
    isPresent: () => findPostgres() !== undefined,
    leavesOut: 'the stores on a real PostgreSQL server (PGlite, PostgreSQL in WebAssembly, takes its place)',
  },
];

/** Installs what is missing where that is possible. Returns what is still missing, in words. */
export function provision(): string[] {
  const missing = NEEDS.filter((need) => !need.isPresent());
  if (missing.length === 0) return [];
  const packages = missing.flatMap((need) => need.packages);
  const canInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (canInstall) {
    console.log(`Installing Debian packages: ${packages.join(' ')}`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const apt = (...args: string[]) =>
      spawnSync('apt-get', ['-qq', '-o', 'Acquire::Retries=3', ...args], {
        stdio: ['ignore', 'ignore', 'inherit'],
        env,
      });
    apt('update');
    withoutMainCluster(() => apt('install', '-y', '--no-install-recommends', ...packages));
  }
  const still = missing.filter((need) => !need.isPresent());
  for (const need of still) {
    console.log(`MISSING ${need.name} (Debian: ${need.packages.join(' ')}): left out: ${need.leavesOut}`);
  }
  return still.map((need) => need.name);
}

/**
 * Debian's package makes a cluster and starts it on port 5432. The tests make their own, so it is told not to while `install`
 * runs; what the machine has already, and what its owner installs later, stays as it is.
 */
function withoutMainCluster(install: () => void): void {
  const parent = '/etc/postgresql-common';
  const folder = join(parent, 'createcluster.d');
  const made = [parent, folder].filter((path) => !existsSync(path));
  const file = join(folder, 'pantau-tests.conf');
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, 'create_main_cluster = false\n');
  try {
    install();
  } finally {
    rmSync(file);
    for (const path of made.toReversed()) removeIfEmpty(path);
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Debian's package put its files there.
  }
}

if (import.meta.main && provision().length > 0) process.exitCode = 1;
