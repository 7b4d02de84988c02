/**
 * Cameras that start say so to everybody (WS-Discovery Hello): the engine then tries at once those that it waits for.
 *
 *   Hello from an address ──► engine: cameras with that address
 *                        └──► names of cameras in trouble, looked up now: does one lead there? ──► engine: cameras with that name
 *
 * Anybody on the network can say Hello. It is a hint: the engine's own bounds of attempts hold, and nothing is looked up while all is well.
 */
import { lookup as systemLookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Clock } from '@pantau/base/clock';
import { messageOf } from '@pantau/base/errors';
import type { Logger } from '@pantau/base/logger';
import type { MediaEngine } from '@pantau/media';
import { listenForHello, listInterfaces, type DiscoveryInterface, type HelloListener } from '@pantau/onvif';
import type { Camera } from '../cameras/camera.ts';
import { hostAndPort } from '../cameras/source-url.ts';
import { Coalescer } from '../coalescer.ts';

export interface SignsOfLifeOptions {
  readonly engine: Pick<MediaEngine, 'noteSignOfLife' | 'findStatus'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Others than the real ones, for tests. */
  readonly listen?: typeof listenForHello;
  readonly listInterfaces?: () => readonly DiscoveryInterface[];
  /** All addresses of a name. */
  readonly lookup?: (host: string) => Promise<readonly string[]>;
}

/** Names are looked up for the Hellos of so much time together, ms, and at most so often. */
const LOOKUP_INTERVAL_MS = 5000;
/** Addresses that are kept for it, and names that are looked up, one after the other. */
const MAX_HEARD = 64;
const MAX_NAMES = 32;

export class SignsOfLife {
  readonly #options: SignsOfLifeOptions;
  readonly #lookups: Coalescer;
  #listener: HelloListener | undefined;
  #cameras: readonly { readonly host: string; readonly streamKey: string }[] = [];
  #heard = new Set<string>();
  #isStopped = false;

  constructor(options: SignsOfLifeOptions) {
    this.#options = options;
    this.#lookups = new Coalescer({
      clock: options.clock,
      intervalMs: LOOKUP_INTERVAL_MS,
      work: () => this.#lookUp(),
    });
  }

  /** Listens on all networks of this machine. Where that cannot be, one line says so, and cameras are found by attempts alone. */
  async start(): Promise<void> {
    const { clock, logger, listen = listenForHello } = this.#options;
    const interfaces = (this.#options.listInterfaces ?? listInterfaces)().filter(
      ({ isInternal }) => !isInternal,
    );
    if (interfaces.length === 0) return;
    try {
      this.#listener = await listen({
        interfaces,
        onHello: ({ address }) => this.#hear(address),
        clock,
        logger,
      });
    } catch (error) {
      logger.info(
        { reason: messageOf(error) },
        'Cameras that start cannot be heard here; they are found again by trying',
      );
    }
  }

  /** Hears nothing any more; resolves when no name is being looked up. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#listener?.[Symbol.dispose]();
    this.#listener = undefined;
    await this.#lookups.stop();
  }

  /** All cameras there are. */
  setCameras(cameras: readonly Camera[]): void {
    this.#cameras = cameras.flatMap(({ source, streamKey }) => {
      const { host } = hostAndPort(source.url);
      return isIP(host.replace(/^\[|\]$/g, '')) === 0 ? [{ host, streamKey }] : [];
    });
  }

  #hear(address: string): void {
    this.#options.engine.noteSignOfLife(address);
    if (this.#heard.size >= MAX_HEARD || this.#listNamesInTrouble().length === 0) return;
    this.#heard.add(address);
    this.#lookups.request();
  }

  #listNamesInTrouble(): readonly string[] {
    const inTrouble = this.#cameras.filter(
      ({ streamKey }) => this.#options.engine.findStatus(streamKey)?.state === 'retrying',
    );
    return [...new Set(inTrouble.map(({ host }) => host))].slice(0, MAX_NAMES);
  }

  async #lookUp(): Promise<void> {
    const { engine, lookup = lookUpAll } = this.#options;
    const heard = this.#heard;
    this.#heard = new Set();
    for (const host of this.#listNamesInTrouble()) {
      if (this.#isStopped) return;
      // A name that does not resolve now leads to nobody who said Hello.
      const addresses = await lookup(host).catch((): readonly string[] => []);
      if (addresses.some((address) => heard.has(address))) engine.noteSignOfLife(host);
    }
  }
}

async function lookUpAll(host: string): Promise<readonly string[]> {
  const found = await systemLookup(host, { all: true });
  return found.map(({ address }) => address);
}
