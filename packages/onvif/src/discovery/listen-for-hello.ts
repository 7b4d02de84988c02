/**
 * Devices say Hello by multicast when they start (WS-Discovery 2005/04, section 4.1): a sign of life of a camera that was away,
 * without asking it.
 */
import { createSocket, type Socket } from 'node:dgram';
import type { Clock } from '@pantau/base/clock';
import type { Logger } from '@pantau/base/logger';
import { messageOf } from '@pantau/base/errors';
import { OnvifError } from '../onvif-error.ts';
import { DISCOVERY_GROUP, DISCOVERY_PORT } from './discover-devices.ts';
import { parseAnnouncement, type DiscoveredDevice } from './discovered-device.ts';
import type { DiscoveryInterface } from './list-interfaces.ts';

export interface HelloOptions {
  readonly interfaces: readonly Pick<DiscoveryInterface, 'name' | 'address'>[];
  /** A hint only: anybody on the network can say it. */
  readonly onHello: (device: DiscoveredDevice) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Default 3702; another for tests. */
  readonly port?: number;
}

export interface HelloListener extends Disposable {
  readonly port: number;
}

/** Datagrams that are looked at in a second; the others are ignored. */
const MAX_PER_SECOND = 20;

/**
 * Resolves when it listens. Interfaces that cannot be listened on are left out; one line of the log names them.
 * @throws OnvifError ONVIF_UNREACHABLE when that is all of them; Error when the port cannot be had.
 */
export async function listenForHello(options: HelloOptions): Promise<HelloListener> {
  const { port = DISCOVERY_PORT, logger } = options;
  // Others on this machine may listen, too.
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  await bind(socket, port);
  socket.on('error', (error) => logger.warn({ error: error.message }, 'Listening for cameras failed'));
  const failures = options.interfaces.flatMap(({ name, address }) => {
    try {
      socket.addMembership(DISCOVERY_GROUP, address);
      return [];
    } catch (error) {
      return [`${name}: ${messageOf(error)}`];
    }
  });
  if (failures.length === options.interfaces.length) {
    socket.close();
    throw new OnvifError(
      'ONVIF_UNREACHABLE',
      `No network can be listened on for cameras (${failures.join('; ')}).`,
    );
  }
  if (failures.length > 0)
    logger.warn({ interfaces: failures }, 'Some networks cannot be listened on for cameras');
  let windowStartMs = Number.NEGATIVE_INFINITY;
  let count = 0;
  socket.on('message', (bytes, from) => {
    const nowMs = options.clock.monotonic();
    if (nowMs - windowStartMs >= 1000) {
      windowStartMs = nowMs;
      count = 0;
    }
    if (++count > MAX_PER_SECOND) return;
    for (const device of parseAnnouncement(bytes, from.address)) options.onHello(device);
  });
  return { port: socket.address().port, [Symbol.dispose]: () => void socket.close() };
}

function bind(socket: Socket, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind(port, () => {
      socket.removeAllListeners('error');
      resolve();
    });
  });
}
