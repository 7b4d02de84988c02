/** An ONVIF device on loopback that behaves as its habits say, and remembers what it was asked. For tests and tools. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Clock } from '@pantau/base/clock';
import { answer, formatEnvelope, formatFault } from './device-answers.ts';
import type { DeviceHabits, SimulatedFault } from './device-habits.ts';
import { checkToken, DigestDoor, type DeviceAccount, type LoginVerdict } from './device-login.ts';

export interface SimulatedDeviceOptions {
  readonly habits: DeviceHabits;
  readonly account: DeviceAccount;
  readonly clock: Clock;
  /** The device's clock minus the clock. */
  readonly clockOffsetMs?: number;
  /** Default: a free one. */
  readonly port?: number;
}

export interface SimulatedRequest {
  readonly operation: string;
  readonly path: string;
  readonly verdict: LoginVerdict | 'open';
}

const UNSUPPORTED: SimulatedFault = {
  status: 400,
  code: 'Receiver',
  subcode: 'ter:ActionNotSupported',
  reason: 'Action Not Implemented',
};

export class SimulatedDevice implements AsyncDisposable {
  readonly #options: SimulatedDeviceOptions;
  readonly #server: Server;
  readonly #door: DigestDoor;
  readonly requests: SimulatedRequest[] = [];

  private constructor(options: SimulatedDeviceOptions) {
    this.#options = options;
    this.#door = new DigestDoor(options.habits, options.account);
    this.#server = createServer((request, response) => {
      void text(request).then((body) => this.#answer(request, body, response));
    });
  }

  /** Listens on 127.0.0.1. */
  static async open(options: SimulatedDeviceOptions): Promise<SimulatedDevice> {
    const device = new SimulatedDevice(options);
    await new Promise<void>((resolve, reject) => {
      device.#server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve);
    });
    return device;
  }

  get port(): number {
    // A server that listens on TCP has such an address.
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}${this.#options.habits.devicePath}`;
  }

  /** Requests whose login was looked at and refused. */
  get refusedLogins(): number {
    return this.requests.filter(({ verdict }) => verdict === 'wrong login' || verdict === 'wrong time')
      .length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, body: string, response: ServerResponse): void {
    const { habits } = this.#options;
    const path = request.url ?? '/';
    const operation = /<(?:[\w.-]+:)?Body[^>]*>\s*<(?:[\w.-]+:)?(\w+)/.exec(body)?.[1] ?? '';
    const paths = [habits.devicePath, habits.media1Path, habits.media2Path];
    if (request.method !== 'POST' || !paths.includes(path)) {
      response.writeHead(404, { 'content-type': 'text/html' }).end('<html><body>404</body></html>');
      return;
    }
    const verdict = habits.open.includes(operation) ? 'open' : this.#check(request, body, path);
    this.requests.push({ operation, path, verdict });
    if (verdict !== 'open' && verdict !== 'ok') {
      this.#refuse(verdict, path, response);
      return;
    }
    const isMedia2 = body.includes('ver20/media');
    const isKnown = !isMedia2 || habits.media2Path !== undefined;
    const said = isKnown
      ? answer(habits, {
          operation,
          profileToken: /<(?:[\w.-]+:)?ProfileToken>([^<]*)</.exec(body)?.[1],
          mediaVersion: isMedia2 ? 2 : 1,
          port: this.port,
          nowMs: this.#nowMs(),
        })
      : undefined;
    if (said === undefined) this.#send(response, UNSUPPORTED.status, formatFault(habits, UNSUPPORTED));
    else this.#send(response, 200, said);
  }

  #check(request: IncomingMessage, body: string, path: string): LoginVerdict {
    const { habits, account } = this.#options;
    const digest = this.#door.check(request.headers.authorization, 'POST', path);
    const token = checkToken(body, account, this.#nowMs(), habits);
    if (habits.login === 'digest') return digest;
    if (habits.login === 'token') return token;
    return digest === 'no login' ? token : digest;
  }

  #refuse(verdict: LoginVerdict, path: string, response: ServerResponse): void {
    const { habits } = this.#options;
    const fault = verdict === 'wrong time' ? habits.clockFault : habits.loginFault;
    // Whoever brings no login at all is shown the door of HTTP.
    const isChallenged = habits.login === 'digest' || (habits.login === 'either' && verdict === 'no login');
    if (isChallenged) response.setHeader('WWW-Authenticate', this.#door.challenge(path));
    const isLoginTold = verdict === 'wrong login' && habits.login === 'either';
    if (isLoginTold) response.setHeader('WWW-Authenticate', this.#door.challenge(path));
    this.#send(response, isChallenged || isLoginTold ? 401 : fault.status, formatFault(habits, fault));
  }

  #send(response: ServerResponse, status: number, body: string): void {
    const { habits } = this.#options;
    const type = habits.soap === '1.2' ? 'application/soap+xml; charset=utf-8' : 'text/xml';
    response.writeHead(status, { 'content-type': type }).end(formatEnvelope(habits, body));
  }

  #nowMs(): number {
    return this.#options.clock.now() + (this.#options.clockOffsetMs ?? 0);
  }
}
