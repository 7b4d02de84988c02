/** The rules for looking for devices and asking them: where, how often, and what the audit trail says. */
import type { Clock } from '@pantau/base/clock';
import { AppError } from '@pantau/base/errors';
import type { Logger } from '@pantau/base/logger';
import type { Secret } from '@pantau/base/secret';
import {
  discoverDevices,
  examineDevice,
  listInterfaces,
  type DeviceReport,
  type DiscoveryInterface,
  type DiscoveryResult,
} from '@pantau/onvif';
import type { Actor } from '../audit/actor.ts';
import type { AuditEvent } from '../audit/audit-event.ts';
import type { IsAddressAllowed } from '../cameras/source-address.ts';
import { AttemptLimit } from './attempt-limit.ts';
import { deviceExamined, networkSearched } from './onvif-events.ts';

export interface DiscoverRequest {
  /** Names or addresses; undefined for all that are not this machine's loopback. */
  readonly interfaces: readonly string[] | undefined;
  /** Ask this address only. */
  readonly address: string | undefined;
  readonly timeoutMs: number;
}

export interface ExamineRequest {
  readonly address: string;
  readonly username: string | undefined;
  readonly password: Secret | undefined;
  readonly rtspPort: number | undefined;
  readonly tlsFingerprint: string | undefined;
}

export interface OnvifServiceOptions {
  /** Where cameras may be. */
  readonly isAddressAllowed: IsAddressAllowed;
  /** Nothing is changed in the database that the entry could be part of. */
  readonly recordEvent: (event: AuditEvent) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Others than the real ones, for tests. */
  readonly discover?: typeof discoverDevices;
  readonly examine?: typeof examineDevice;
  readonly listInterfaces?: () => readonly DiscoveryInterface[];
}

export class OnvifService {
  readonly #options: OnvifServiceOptions;
  readonly #searches: AttemptLimit;
  readonly #examinations: AttemptLimit;

  constructor(options: OnvifServiceOptions) {
    this.#options = options;
    const { clock } = options;
    this.#searches = new AttemptLimit({ atOnce: 1, perMinute: 6, clock });
    this.#examinations = new AttemptLimit({ atOnce: 2, perMinute: 20, clock });
  }

  /** Where can be looked; this machine's loopback is no such place. */
  listInterfaces(): readonly DiscoveryInterface[] {
    return this.#listAll().filter(({ isInternal }) => !isInternal);
  }

  /** @throws AppError REQUEST_INVALID for an interface that is not there, RATE_LIMITED; OnvifError */
  async discover(
    request: DiscoverRequest,
    actor: Actor,
    signal?: AbortSignal,
  ): Promise<readonly DiscoveryResult[]> {
    const { address, timeoutMs } = request;
    const { discover = discoverDevices, clock, logger, isAddressAllowed, recordEvent } = this.#options;
    const chosen = this.#chooseInterfaces(request.interfaces);
    const [first] = chosen;
    // One address is asked once, over whichever interface leads to it.
    const interfaces = address === undefined || first === undefined ? chosen : [first];
    return this.#searches.run(async () => {
      recordEvent(networkSearched({ interfaces: chosen.map(({ name }) => name), address }, actor));
      return discover({
        interfaces,
        target: address === undefined ? undefined : { address },
        timeoutMs,
        clock,
        logger,
        signal,
        isAddressAllowed,
      });
    });
  }

  /** Who asked which device is written down whatever comes of it. @throws AppError RATE_LIMITED; OnvifError */
  async examine(request: ExamineRequest, actor: Actor, signal?: AbortSignal): Promise<DeviceReport> {
    const { examine = examineDevice, clock, isAddressAllowed, recordEvent } = this.#options;
    const { address, username, password, rtspPort, tlsFingerprint } = request;
    const credentials = username === undefined || password === undefined ? undefined : { username, password };
    return this.#examinations.run(async () => {
      try {
        const report = await examine({
          address,
          credentials,
          rtspPort,
          tlsFingerprint,
          isAddressAllowed,
          clock,
          signal,
        });
        recordEvent(deviceExamined({ address: report.url, username, outcome: 'OK' }, actor));
        return report;
      } catch (error) {
        const outcome = error instanceof AppError ? error.code : 'INTERNAL';
        recordEvent(deviceExamined({ address, username, outcome }, actor));
        throw error;
      }
    });
  }

  #listAll(): readonly DiscoveryInterface[] {
    return (this.#options.listInterfaces ?? listInterfaces)();
  }

  #chooseInterfaces(wanted: readonly string[] | undefined): readonly DiscoveryInterface[] {
    if (wanted === undefined || wanted.length === 0) return this.listInterfaces();
    // Whoever names the loopback means a device on this very machine; the rule for addresses decides about its answers.
    const all = this.#listAll();
    for (const each of wanted) {
      if (!all.some(({ name, address }) => name === each || address === each))
        throw new AppError('invalid', 'REQUEST_INVALID', 'The server has no such network interface.');
    }
    return all.filter(({ name, address }) => wanted.includes(name) || wanted.includes(address));
  }
}
