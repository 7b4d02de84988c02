/** `npm run demo`: Pantau with six simulated cameras of one town, in a database of its own (`demo-data/`). */
import { messageOf } from '@pantau/base/errors';
import { runPrograms } from './children.ts';
import { SERVER_FLAGS } from './server-flags.mjs';
import { DEMO_ENVIRONMENT, DEMO_RTSP_PORT, openDemoTown } from './demo-town.ts';

try {
  await using simcam = await openDemoTown();
  console.log(
    `[demo] ${simcam.cameras.length} simulated cameras of ${simcam.town} on rtsp://127.0.0.1:${simcam.port}`,
  );
  process.exitCode = await runPrograms([
    {
      args: [...SERVER_FLAGS, 'server/src/main.ts'],
      // The demo is for the person at this machine; HOST=0.0.0.0 npm run demo shows it to the network.
      env: { ...DEMO_ENVIRONMENT, HOST: process.env['HOST'] ?? '127.0.0.1' },
    },
  ]);
} catch (error) {
  const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  console.error(
    isTaken
      ? `[demo] Port ${DEMO_RTSP_PORT} is taken: another demo is running?`
      : `[demo] ${messageOf(error)}`,
  );
  process.exitCode = 1;
}
