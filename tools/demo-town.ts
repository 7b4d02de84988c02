/**
 * The demo's town: six simulated cameras as real RTSP on loopback, and the same cameras in the demo's own database, put there by
 * the command line that operators use.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { openSimcam, type Simcam, type SimcamCamera } from './simcam/simcam.ts';
import { ROOT } from './steps.ts';

/** A fixed port, so that the cameras in the database are still right at the next start. */
export const DEMO_RTSP_PORT = 18_554;
/** A database of its own, and cameras on this machine. */
export const DEMO_ENVIRONMENT = {
  DATA_DIR: join(ROOT, 'demo-data'),
  DATABASE_URL: '',
  PANTAU_CAMERA_ADDRESSES: 'loopback',
} as const;

/** Opens the cameras and makes the demo's database hold them. @throws Error with a sentence for the person at the terminal. */
export async function openDemoTown(): Promise<Simcam> {
  const simcam = await openSimcam({ port: DEMO_RTSP_PORT });
  try {
    const known = new Set(listNames('area'));
    for (const area of simcam.areas) {
      if (known.has(area.name)) continue;
      pantau(
        'area',
        'add',
        area.name,
        ...fields({ kecamatan: area.kecamatan, kelurahan: area.kelurahan }),
        ...place(area),
      );
    }
    const cameras = new Set(listNames('camera'));
    for (const camera of simcam.cameras) if (!cameras.has(camera.name)) addCamera(camera, simcam.timezone);
    return simcam;
  } catch (error) {
    await simcam.close();
    throw error;
  }
}

function addCamera(camera: SimcamCamera, timezone: string): void {
  const { area, location, description } = camera;
  const options = [
    ...fields({ name: camera.name, area, location, description, timezone }),
    ...place(camera),
    '--no-probe',
  ];
  if (camera.username === undefined || camera.password === undefined) {
    pantau('camera', 'add', ...options, camera.url);
  } else {
    pantauWithInput(
      camera.password,
      'camera',
      'add',
      ...options,
      '--username',
      camera.username,
      '--password-stdin',
      camera.url,
    );
  }
}

function fields(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).map(([name, value]) => `--${name}=${value}`);
}

function place(where: { readonly latitude: number; readonly longitude: number }): string[] {
  return fields({ latitude: String(where.latitude), longitude: String(where.longitude) });
}

function listNames(what: 'area' | 'camera'): string[] {
  const rows: unknown = JSON.parse(pantau(what, 'list', '--json'));
  if (!Array.isArray(rows)) throw new Error(`pantau ${what} list --json did not print a list`);
  return rows.map((row: { readonly name: string }) => row.name);
}

function pantau(...args: string[]): string {
  return pantauWithInput('', ...args);
}

function pantauWithInput(input: string, ...args: string[]): string {
  const result = spawnSync(process.execPath, [join(ROOT, 'server/src/cli/main.ts'), ...args], {
    cwd: ROOT,
    input,
    encoding: 'utf8',
    env: { ...process.env, ...DEMO_ENVIRONMENT },
  });
  if (result.status !== 0)
    throw new Error(`pantau ${args.slice(0, 2).join(' ')} failed: ${result.stderr.trim()}`);
  return result.stdout;
}
