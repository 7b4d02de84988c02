/**
 * One client's RTSP connection to the fake camera (RFC 2326): requests in order, one session at most.
 *
 *   accept ─► OPTIONS / DESCRIBE (login) ─► SETUP per track ─► PLAY ─► packets … ─► TEARDOWN or close
 */
import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { Clock, Timer } from '@pantau/base/clock';
import { ClientPlayout, type TrackKind } from './client-playout.ts';
import { FakeAuthenticator } from './fake-auth.ts';
import type { CameraMount } from './camera-mount.ts';
import type { CameraCounters } from './fake-camera.ts';
import type { FakeDatagrams } from './fake-datagrams.ts';
import type { FakeFaults } from './fake-faults.ts';
import { formatClipSdp } from './fake-sdp.ts';
import { ConnectionSink, DatagramSink } from './playout-sink.ts';
import type { SeededRandom } from './random.ts';
import { RtspRequestReader, type ClientFrame, type RtspRequest } from './rtsp-request-reader.ts';

export interface ConnectionContext {
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly counters: CameraCounters;
  /** Value of the `Server` header. */
  readonly serverName: string;
  readonly datagrams: FakeDatagrams;
  /** Where clients are: datagrams go there. */
  readonly host: string;
  findMount(uri: string): CameraMount | undefined;
  /** A client began to play: the camera may have to wake. */
  mountJoined(): void;
  /** A client ended its session or paused. */
  mountLeft(mount: CameraMount): void;
  /** The faults that hold before a mount is known. */
  cameraFaults(): FakeFaults;
}

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  302: 'Moved Temporarily',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  453: 'Not Enough Bandwidth',
  454: 'Session Not Found',
  455: 'Method Not Valid in This State',
  461: 'Unsupported Transport',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
};

interface Reply {
  readonly status: number;
  readonly headers?: readonly string[];
  readonly body?: string;
}

export class CameraConnection {
  readonly socket: Duplex;
  readonly #context: ConnectionContext;
  readonly #reader = new RtspRequestReader();
  readonly #authenticators = new Map<CameraMount, FakeAuthenticator>();
  readonly #drips: Buffer[] = [];
  #drip: Timer | undefined;
  #mount: CameraMount | undefined;
  #playout: ClientPlayout | undefined;
  #sessionId: string | undefined;
  #hung = false;
  #heardMs: number;
  /** Ports of the client that its RTCP comes from. */
  readonly #rtcpPorts = new Set<number>();

  constructor(socket: Duplex, context: ConnectionContext) {
    this.socket = socket;
    this.#context = context;
    this.#heardMs = context.clock.monotonic();
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('end', () => socket.destroy());
    socket.on('close', () => this.#onClose());
  }

  get mount(): CameraMount | undefined {
    return this.#mount;
  }

  get playout(): ClientPlayout | undefined {
    return this.#playout;
  }

  /** Acts on faults that change while the connection is open, and closes a session that nobody keeps alive. */
  applyFaults(): void {
    const faults = this.#faults();
    if (faults.frozen) {
      this.socket.pause();
      return;
    }
    if (this.socket.isPaused()) this.socket.resume();
    const silentMs = this.#context.clock.monotonic() - this.#heardMs;
    if (this.#sessionId !== undefined && silentMs > faults.sessionTimeoutS * 1000) {
      this.#context.counters.sessionsTimedOut++;
      this.socket.destroy();
    }
  }

  #faults(): FakeFaults {
    return this.#mount?.faults ?? this.#context.cameraFaults();
  }

  #onData(chunk: Buffer): void {
    this.#heardMs = this.#context.clock.monotonic();
    try {
      this.#reader.read(
        chunk,
        (request) => this.#onRequest(request),
        (frame) => this.#onFrame(frame),
      );
    } catch {
      this.#context.counters.malformedRequests++;
      this.socket.destroy();
    }
  }

  /** RTCP by datagram: keeps the session of the client whose port it comes from alive. */
  onDatagram(bytes: Buffer, port: number): void {
    if (!this.#rtcpPorts.has(port)) return;
    this.#heardMs = this.#context.clock.monotonic();
    this.#onFrame({ channel: 1, payload: bytes });
  }

  #onClose(): void {
    this.#drip?.cancel();
    this.#endSession();
  }

  #onFrame(frame: ClientFrame): void {
    if (asksForKeyframe(frame.payload)) {
      this.#context.counters.keyframeRequests++;
      this.#mount?.player.skipToKeyframe();
    }
    if (frame.payload[1] !== 201) return;
    this.#context.counters.receiverReports++;
    // the last packet of a compound one
    if (frame.payload.at(-7) === 203) this.#context.counters.goodbyes++;
  }

  #onRequest(request: RtspRequest): void {
    this.#mount ??= this.#context.findMount(request.uri);
    const faults = this.#faults();
    const { counters } = this.#context;
    counters.requests[request.method] = (counters.requests[request.method] ?? 0) + 1;
    if (faults.closeAt === request.method) {
      this.socket.destroy();
      return;
    }
    this.#hung ||= faults.hangAt === request.method;
    if (this.#hung || faults.frozen) return;
    const reply = this.#answer(request, faults);
    this.#write(formatReply(request, reply, faults, this.#context.serverName), faults);
    if (reply.status === 200 && request.method === 'TEARDOWN') this.#endSession();
  }

  #answer(request: RtspRequest, faults: FakeFaults): Reply {
    if (faults.refuse?.method === request.method) return { status: faults.refuse.status };
    if (request.method === 'OPTIONS') return { status: 200, headers: [`Public: ${publicMethods(faults)}`] };
    const mount = this.#context.findMount(request.uri);
    if (mount === undefined) return { status: 404 };
    this.#mount ??= mount;
    const refusal = this.#checkLogin(mount, request, mount.faults);
    if (refusal !== undefined) return refusal;
    switch (request.method) {
      case 'DESCRIBE':
        return this.#describe(mount, request, mount.faults);
      case 'SETUP':
        return this.#setup(mount, request, mount.faults);
      default:
        return this.#inSession(mount, request, mount.faults);
    }
  }

  #checkLogin(mount: CameraMount, request: RtspRequest, faults: FakeFaults): Reply | undefined {
    if (mount.login === undefined) return undefined;
    let authenticator = this.#authenticators.get(mount);
    if (authenticator === undefined) {
      authenticator = new FakeAuthenticator(mount.login);
      this.#authenticators.set(mount, authenticator);
    }
    const header = request.headers.get('authorization');
    const verdict = authenticator.check(request.method, request.uri, header, faults.nonceUses);
    if (verdict === 'accepted') return undefined;
    if (verdict === 'wrong') this.#context.counters.wrongLogins++;
    return { status: 401, headers: [`WWW-Authenticate: ${authenticator.challenge(verdict)}`] };
  }

  #describe(mount: CameraMount, request: RtspRequest, faults: FakeFaults): Reply {
    if (faults.redirectTo !== undefined) return { status: 302, headers: [`Location: ${faults.redirectTo}`] };
    const sdp = formatClipSdp(mount.player.clip, { name: mount.name, sprop: faults.sprop });
    return {
      status: 200,
      headers: [`Content-Base: ${request.uri.replace(/\/$/, '')}/`, 'Content-Type: application/sdp'],
      body: faults.rewriteSdp?.(sdp) ?? sdp,
    };
  }

  #setup(mount: CameraMount, request: RtspRequest, faults: FakeFaults): Reply {
    const kind = trackOf(request.uri);
    if (kind === undefined || (kind === 'audio' && mount.player.clip.audio === undefined))
      return { status: 404 };
    const transport = request.headers.get('transport') ?? '';
    const clientPort = Number(/client_port=(\d+)/i.exec(transport)?.[1] ?? 0);
    const asked = /\bRTP\/AVPF?\/TCP\b/i.test(transport) ? 'tcp' : 'udp';
    if (faults.transports !== 'both' && faults.transports !== asked) return { status: 461 };
    const given = faults.insistsOn ?? asked;
    const channel = Number(/interleaved=(\d+)/i.exec(transport)?.[1] ?? (kind === 'video' ? 0 : 2));
    if (channel > 254 || (given === 'udp' && faults.insistsOn === undefined && clientPort === 0)) {
      return { status: 461 };
    }
    if (this.#playout === undefined) {
      this.#playout = new ClientPlayout(mount.player, this.#context.random);
      this.#sessionId = randomBytes(4).toString('hex').toUpperCase();
      this.#context.counters.sessionsOpened++;
    }
    const ports = { rtp: clientPort, rtcp: clientPort + 1 };
    const sink =
      given === 'tcp'
        ? new ConnectionSink(this.socket)
        : new DatagramSink(this.#context.datagrams, this.#context.host, ports);
    if (given === 'udp') this.#rtcpPorts.add(ports.rtcp);
    this.#playout.addTrack(kind, channel, sink, faults);
    return {
      status: 200,
      headers: [
        given === 'tcp'
          ? `Transport: RTP/AVP/TCP;unicast;interleaved=${channel}-${channel + 1}`
          : `Transport: RTP/AVP;unicast;client_port=${clientPort}-${clientPort + 1}${this.#serverPort(faults)}`,
        `Session: ${this.#sessionId};timeout=${faults.sessionTimeoutS}`,
      ],
    };
  }

  #serverPort(faults: FakeFaults): string {
    const { rtpPort } = this.#context.datagrams;
    if (faults.serverPort === 'missing') return '';
    return faults.serverPort === 'zero' ? ';server_port=0-0' : `;server_port=${rtpPort}-${rtpPort + 1}`;
  }

  #inSession(mount: CameraMount, request: RtspRequest, faults: FakeFaults): Reply {
    const playout = this.#playout;
    const known = playout !== undefined && sessionOf(request) === this.#sessionId;
    const session = `Session: ${this.#sessionId}`;
    switch (request.method) {
      case 'PLAY': {
        if (!known) return { status: 454 };
        mount.join(this.#context.clock.monotonic());
        this.#context.mountJoined();
        const base = request.uri.replace(/\/$/, '');
        const info = playout
          .play(faults)
          .map((track) => {
            const url = `${base}/trackID=${track.kind === 'video' ? 0 : 1}`;
            return `url=${url};seq=${track.sequence};rtptime=${track.timestamp}`;
          })
          .join(',');
        return { status: 200, headers: [session, 'Range: npt=now-', `RTP-Info: ${info}`] };
      }
      case 'PAUSE':
        if (!known) return { status: 454 };
        playout.pause();
        this.#context.mountLeft(mount);
        return { status: 200, headers: [session] };
      case 'TEARDOWN':
        if (!known) return { status: 454 };
        this.#context.counters.teardowns++;
        return { status: 200 };
      case 'GET_PARAMETER':
        if (!faults.getParameter) return { status: 405 };
        return known ? { status: 200, headers: [session] } : { status: 454 };
      case 'SET_PARAMETER':
        return known ? { status: 200, headers: [session] } : { status: 454 };
      default:
        return { status: 501 };
    }
  }

  #endSession(): void {
    if (this.#sessionId === undefined) return;
    this.#playout?.pause();
    this.#playout = undefined;
    this.#sessionId = undefined;
    this.#context.counters.sessionsClosed++;
    if (this.#mount !== undefined) this.#context.mountLeft(this.#mount);
  }

  #write(text: string, faults: FakeFaults): void {
    const bytes = Buffer.from(text, 'latin1');
    if (faults.replyByteIntervalMs <= 0 && this.#drips.length === 0) {
      this.socket.write(bytes);
      return;
    }
    this.#drips.push(bytes);
    if (this.#drip === undefined) this.#dripNext();
  }

  /** Writes one byte, then waits; packets are held off until the queue of replies is empty. */
  #dripNext(): void {
    const [bytes] = this.#drips;
    if (this.#playout !== undefined) this.#playout.muted = bytes !== undefined;
    if (bytes === undefined || this.socket.destroyed) {
      this.#drip = undefined;
      return;
    }
    this.socket.write(bytes.subarray(0, 1));
    if (bytes.length > 1) this.#drips[0] = bytes.subarray(1);
    else this.#drips.shift();
    this.#drip = this.#context.clock.setTimer(Math.max(1, this.#faults().replyByteIntervalMs), () =>
      this.#dripNext(),
    );
  }
}

/** Whether a compound RTCP packet holds a PLI (RFC 4585 6.3.1) or a FIR (RFC 5104 4.3.1). */
function asksForKeyframe(compound: Buffer): boolean {
  for (let at = 0; at + 4 <= compound.length; at += 4 + compound.readUInt16BE(at + 2) * 4) {
    const format = (compound[at] ?? 0) & 31;
    if (compound[at + 1] === 206 && (format === 1 || format === 4)) return true;
  }
  return false;
}

function publicMethods(faults: FakeFaults): string {
  const methods = ['OPTIONS', 'DESCRIBE', 'SETUP', 'PLAY', 'PAUSE', 'TEARDOWN', 'SET_PARAMETER'];
  if (faults.getParameter) methods.push('GET_PARAMETER');
  return methods.join(', ');
}

function sessionOf(request: RtspRequest): string | undefined {
  return request.headers.get('session')?.split(';')[0]?.trim();
}

function trackOf(uri: string): TrackKind | undefined {
  const track = /\/trackID=(\d+)$/.exec(uri)?.[1];
  return track === '0' ? 'video' : track === '1' ? 'audio' : undefined;
}

function formatReply(request: RtspRequest, reply: Reply, faults: FakeFaults, serverName: string): string {
  const cseq = Number(request.headers.get('cseq') ?? 0) + faults.cseqError;
  const lines = [
    `RTSP/1.0 ${reply.status} ${REASONS[reply.status] ?? 'Error'}`,
    `CSeq: ${cseq}`,
    `Server: ${serverName}`,
  ];
  lines.push(...(reply.headers ?? []));
  if (reply.body !== undefined && faults.contentLengthError !== 'missing') {
    lines.push(`Content-Length: ${Buffer.byteLength(reply.body) + faults.contentLengthError}`);
  }
  return lines.join('\r\n') + '\r\n\r\n' + (reply.body ?? '');
}
