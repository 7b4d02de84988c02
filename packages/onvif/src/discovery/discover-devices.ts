/**
 * WS-Discovery: asks on each chosen interface who is there and collects the answers for some seconds. Asked by multicast, or one
 * address by unicast. Nothing that answers is dialled: the result is what devices say, on the addresses they answered from.
 */
import { createSocket, type Socket } from 'node:dgram';
import { randomUUID } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { sleep, type Clock } from '@pantau/base/clock';
import type { Logger } from '@pantau/base/logger';
import { messageOf } from '@pantau/base/errors';
import type { IsAddressAllowed } from '../address-rule.ts';
import { OnvifError } from '../onvif-error.ts';
import { parseAnnouncement, type DiscoveredDevice } from './discovered-device.ts';
import type { DiscoveryInterface } from './list-interfaces.ts';
import { formatProbe, PROBE_TYPES } from './probe-message.ts';

export const DISCOVERY_GROUP = '239.255.255.250';
export const DISCOVERY_PORT = 3702;

export interface DiscoveryOptions {
  /** Where to ask; a socket each. */
  readonly interfaces: readonly Pick<DiscoveryInterface, 'name' | 'address'>[];
  /** Ask this address only, without multicast. */
  readonly target?: { readonly address: string; readonly port?: number } | undefined;
  /** Where devices listen. Default 3702; another for tests. */
  readonly multicastPort?: number;
  /** How long answers are collected, ms. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal?: AbortSignal | undefined;
  /** Answers from other addresses are ignored, and none other is asked. Default: every address. */
  readonly isAddressAllowed?: IsAddressAllowed | undefined;
}

export interface DiscoveryResult extends DiscoveredDevice {
  /** Interface on which it answered first. */
  readonly interfaceName: string;
}

/** More devices than any network has that a person looks at. */
const MAX_DEVICES = 256;
/** Datagrams that are looked at in one discovery, and of one sender. */
const MAX_DATAGRAMS = 2048;
const MAX_PER_SENDER = 16;
/** Datagrams get lost: the question is repeated. */
const REPEAT_AFTER_MS = [0, 500, 1200] as const;

/**
 * @returns each device once, by its endpoint reference, in the order of addresses.
 * @throws OnvifError ONVIF_UNREACHABLE when no interface can be used, ONVIF_ADDRESS_REFUSED for the target; the signal's reason.
 */
export async function discoverDevices(options: DiscoveryOptions): Promise<readonly DiscoveryResult[]> {
  const { target, isAddressAllowed, clock, signal } = options;
  const port = target?.port ?? options.multicastPort ?? DISCOVERY_PORT;
  if (target !== undefined && (!isIPv4(target.address) || isAddressAllowed?.(target.address, port) === false))
    throw new OnvifError('ONVIF_ADDRESS_REFUSED', 'This address is not one that may be asked.');
  const collector = new Collector(isAddressAllowed);
  const sockets: Socket[] = [];
  try {
    for (const each of options.interfaces) {
      const socket = await tryOpen(each, target === undefined, options.logger);
      if (socket === undefined) continue;
      sockets.push(socket);
      socket.on('message', (bytes, from) => collector.take(bytes, from.address, each.name));
    }
    if (sockets.length === 0)
      throw new OnvifError('ONVIF_UNREACHABLE', 'None of the chosen interfaces can be asked.');
    const destination = { address: target?.address ?? DISCOVERY_GROUP, port };
    await ask(sockets, destination, options.timeoutMs, clock, signal);
  } finally {
    for (const socket of sockets.toReversed()) socket.close();
  }
  return collector.list();
}

async function ask(
  sockets: readonly Socket[],
  destination: { readonly address: string; readonly port: number },
  timeoutMs: number,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<void> {
  // The same message again: devices that answered keep quiet.
  const probes = PROBE_TYPES.map((type) => formatProbe(randomUUID(), type));
  const startMs = clock.monotonic();
  for (const atMs of [...REPEAT_AFTER_MS.filter((each) => each < timeoutMs), timeoutMs]) {
    await sleep(clock, Math.max(0, atMs - (clock.monotonic() - startMs)), signal);
    if (atMs === timeoutMs) return;
    for (const socket of sockets) {
      // A network that is away is one without answers.
      for (const probe of probes) socket.send(probe, destination.port, destination.address, () => {});
    }
  }
}

/** Bound to the interface's own address: answers come back to where the question went out. */
async function tryOpen(
  { name, address }: Pick<DiscoveryInterface, 'name' | 'address'>,
  isMulticast: boolean,
  logger: Logger,
): Promise<Socket | undefined> {
  const socket = createSocket('udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      // A single address is asked by whichever interface leads to it.
      socket.bind(0, isMulticast ? address : undefined, () => {
        socket.off('error', reject);
        resolve();
      });
    });
    // ICMP errors come as errors of the socket; they say no more than silence.
    socket.on('error', () => {});
    if (isMulticast) {
      socket.setMulticastInterface(address);
      socket.setMulticastTTL(1);
    }
    return socket;
  } catch (error) {
    socket.close();
    logger.warn({ interface: name, error: messageOf(error) }, 'An interface cannot be searched for cameras');
    return undefined;
  }
}

class Collector {
  readonly #isAddressAllowed: IsAddressAllowed | undefined;
  readonly #devices = new Map<string, DiscoveryResult>();
  readonly #bySender = new Map<string, number>();
  #datagrams = 0;

  constructor(isAddressAllowed: IsAddressAllowed | undefined) {
    this.#isAddressAllowed = isAddressAllowed;
  }

  take(bytes: Uint8Array, sender: string, interfaceName: string): void {
    const ofSender = (this.#bySender.get(sender) ?? 0) + 1;
    if (++this.#datagrams > MAX_DATAGRAMS || ofSender > MAX_PER_SENDER) return;
    this.#bySender.set(sender, ofSender);
    if (this.#isAddressAllowed?.(sender, DISCOVERY_PORT) === false) return;
    for (const device of parseAnnouncement(bytes, sender)) {
      if (this.#devices.size >= MAX_DEVICES || this.#devices.has(device.id)) continue;
      this.#devices.set(device.id, { ...device, interfaceName });
    }
  }

  list(): readonly DiscoveryResult[] {
    const compare = new Intl.Collator('en', { numeric: true }).compare;
    return [...this.#devices.values()].toSorted((a, b) => compare(a.address, b.address));
  }
}
