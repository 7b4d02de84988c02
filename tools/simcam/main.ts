/**
 * The simulated town on the command line, or one of its cameras by a maker of one's choice:
 *
 *   node tools/simcam/main.ts [--port 8554] [--host 127.0.0.1] [--clock-bits] [--copies 1 | --maker hikvision]
 *   node tools/simcam/main.ts --list-makers
 *
 * Prints one URL per camera, then plays until SIGINT or SIGTERM.
 */
import { parseArgs } from 'node:util';
import { messageOf } from '@pantau/base/errors';
import { MAKERS } from '@pantau/media/testing/makers/makers';
import { openTownMakerCamera } from './maker-camera.ts';
import { openSimcam } from './simcam.ts';

const USAGE =
  'usage: node tools/simcam/main.ts [--port 8554] [--host 127.0.0.1] [--clock-bits] [--copies 1 | --maker hikvision]\n' +
  '       node tools/simcam/main.ts --list-makers';

try {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8554' },
      host: { type: 'string', default: '127.0.0.1' },
      copies: { type: 'string', default: '1' },
      'clock-bits': { type: 'boolean', default: false },
      maker: { type: 'string' },
      'list-makers': { type: 'boolean', default: false },
    },
  });
  const place = {
    port: wholeNumber('port', values.port, 0, 65_535),
    host: values.host,
    clockBits: values['clock-bits'],
  };
  const copies = wholeNumber('copies', values.copies, 1, 1000);
  if (values['list-makers']) {
    for (const { name, taught } of MAKERS) console.log(`${name.padEnd(16)} ${taught}`);
  } else if (values.maker !== undefined) {
    const { camera, login, taught } = await openTownMakerCamera(values.maker, place);
    console.log(`${values.maker}: ${taught}\n  ${loginUrl({ url: camera.url(), ...login })}`);
    closeOnSignal(camera);
  } else {
    const simcam = await openSimcam({ ...place, copies });
    console.log(`${simcam.town}: ${simcam.cameras.length} cameras`);
    for (const camera of simcam.cameras) console.log(`  ${loginUrl(camera)}  ${camera.name}`);
    closeOnSignal(simcam);
  }
} catch (error) {
  console.error(`simcam: ${messageOf(error)}\n${USAGE}`);
  process.exitCode = 1;
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most)
    throw new Error(`--${name} must be ${least} to ${most}`);
  return value;
}

function closeOnSignal(running: { close(): Promise<void> }): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void running.close());
}

interface PublicCamera {
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
}

/** The URL as one types it into a player; these logins are public, they stand in cameras.json and beside the makers. */
function loginUrl(camera: PublicCamera): string {
  if (camera.username === undefined || camera.password === undefined) return camera.url;
  const login = `${encodeURIComponent(camera.username)}:${encodeURIComponent(camera.password)}`;
  return camera.url.replace('rtsp://', `rtsp://${login}@`);
}
