/**
 * The simulated town on the command line:
 *
 *   node tools/simcam/main.ts [--port 8554] [--host 127.0.0.1] [--copies 1] [--clock-bits]
 *
 * Prints one URL per camera, then plays until SIGINT or SIGTERM.
 */
import { parseArgs } from 'node:util';
import { messageOf } from '@pantau/base/errors';
import { openSimcam, type SimcamCamera } from './simcam.ts';

const USAGE = 'usage: node tools/simcam/main.ts [--port 8554] [--host 127.0.0.1] [--copies 1] [--clock-bits]';

try {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8554' },
      host: { type: 'string', default: '127.0.0.1' },
      copies: { type: 'string', default: '1' },
      'clock-bits': { type: 'boolean', default: false },
    },
  });
  const simcam = await openSimcam({
    port: wholeNumber('port', values.port, 0, 65_535),
    host: values.host,
    copies: wholeNumber('copies', values.copies, 1, 1000),
    clockBits: values['clock-bits'],
  });
  console.log(`${simcam.town}: ${simcam.cameras.length} cameras`);
  for (const camera of simcam.cameras) console.log(`  ${loginUrl(camera)}  ${camera.name}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void simcam.close());
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

/** The URL as one types it into a player; these logins are public, they stand in cameras.json. */
function loginUrl(camera: SimcamCamera): string {
  if (camera.username === undefined || camera.password === undefined) return camera.url;
  const login = `${encodeURIComponent(camera.username)}:${encodeURIComponent(camera.password)}`;
  return camera.url.replace('rtsp://', `rtsp://${login}@`);
}
