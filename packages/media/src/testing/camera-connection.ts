/**
 * One client's RTSP connection to the fake camera (RFC 2326): requests in order, one session at most.
 *
 *   accept ─► OPTIONS / DESCRIBE (login) ─► SETUP per track ─► PLAY ─► packets … ─► TEARDOWN or close
 */
import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { Clock } from '@pantau/base/clock';
import { ClientPlayout } from './client-playout.ts';
import { asksForKeyframe, readReport } from './client-rtcp.ts';
import { DripWriter } from './drip-writer.ts';
import { FakeAuthenticator, type LoginVerdict } from './fake-auth.ts';
import type { CameraMount, Place } from './camera-mount.ts';
import type { CameraCounters } from './fake-camera.ts';
import type { FakeDatagrams } from './fake-datagrams.ts';
import type { FakeFaults, RtspMethod } from './fake-faults.ts';
import { formatClipSdp } from './fake-sdp.ts';
import { formatHabitSdp } from './makers/habit-sdp.ts';
import { fillIn, PLAIN_MESSAGES, type MessageHabits } from './makers/habits.ts';
import { ConnectionSink, DatagramSink } from './playout-sink.ts';
import type { SeededRandom } from './random.ts';
import { formatReply, type Reply } from './reply-text.ts';
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
  findMount(uri: string): { readonly mount: CameraMount; readonly place: Place } | undefined;
  /** A client began to play: the camera may have to wake. */
  mountJoined(): void;
  /** A client ended its session or paused. */
  mountLeft(mount: CameraMount): void;
  /** The faults that hold before a mount is known. */
  cameraFaults(): FakeFaults;
}

export class CameraConnection {
  readonly socket: Duplex;
  readonly #context: ConnectionContext;
  readonly #reader = new RtspRequestReader();
  readonly #authenticators = new Map<CameraMount, FakeAuthenticator>();
  readonly #replies: DripWriter;
  #mount: CameraMount | undefined;
  #playout: ClientPlayout | undefined;
  #sessionId: string | undefined;
  #hung = false;
  #described = false;
  #heardMs: number;
  /** Ports of the client that its RTCP comes from. */
  readonly #rtcpPorts = new Set<number>();

  constructor(socket: Duplex, context: ConnectionContext) {
    this.socket = socket;
    this.#context = context;
    this.#heardMs = context.clock.monotonic();
    this.#replies = new DripWriter(socket, context.clock, (isDripping) => {
      if (this.#playout !== undefined) this.#playout.muted = isDripping;
    });
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
    if (this.#habits.keptAliveBy === 'anything') this.#heardMs = this.#context.clock.monotonic();
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
    this.#replies.close();
    this.#endSession();
  }

  #onFrame(frame: ClientFrame): void {
    if (asksForKeyframe(frame.payload)) {
      this.#context.counters.keyframeRequests++;
      this.#mount?.player.skipToKeyframe();
    }
    const report = readReport(frame.payload);
    if (report === undefined) return;
    this.#context.counters.receiverReports++;
    if (report.saysGoodbye) this.#context.counters.goodbyes++;
  }

  get #habits(): MessageHabits {
    return this.#mount?.habits.messages ?? PLAIN_MESSAGES;
  }

  #onRequest(request: RtspRequest): void {
    this.#mount ??= this.#context.findMount(request.uri)?.mount;
    const faults = this.#faults();
    const { counters } = this.#context;
    counters.requests[request.method] = (counters.requests[request.method] ?? 0) + 1;
    if (faults.closeAt === request.method) {
      this.socket.destroy();
      return;
    }
    this.#hung ||= faults.hangAt === request.method;
    if (this.#hung || faults.frozen) return;
    const odd = this.#playout?.playing === true ? this.#oddAnswer(request.method) : undefined;
    if (odd === 'silence') return;
    const reply = odd ?? this.#answer(request, faults);
    const cseq = Number(request.headers.get('cseq') ?? 0) + faults.cseqError + (odd?.cseqError ?? 0);
    const { contentLengthError } = faults;
    const frame = { cseq, server: this.#context.serverName, contentLengthError };
    this.#replies.write(formatReply(reply, frame, this.#habits), () => this.#faults().replyByteIntervalMs);
    if (reply.status !== 200) return;
    this.#heardMs = this.#context.clock.monotonic();
    if (request.method === 'TEARDOWN') this.#endSession();
  }

  #oddAnswer(method: string): MessageHabits['whilePlaying'][RtspMethod] {
    return new Map(Object.entries(this.#habits.whilePlaying)).get(method);
  }

  #answer(request: RtspRequest, faults: FakeFaults): Reply {
    if (faults.refuse?.method === request.method) return { status: faults.refuse.status };
    const isOptions = request.method === 'OPTIONS';
    const found = this.#context.findMount(request.uri);
    if (isOptions && (found === undefined || !this.#habits.strictLogin)) return this.#options(faults);
    if (found === undefined) return { status: 404 };
    const { mount, place } = found;
    this.#mount ??= mount;
    const refusal = this.#checkLogin(mount, request, mount.faults);
    if (refusal !== undefined) {
      if (this.#habits.strictLogin && !request.headers.has('authorization')) this.#playout?.pause();
      return refusal;
    }
    if (isOptions) return this.#options(faults);
    switch (request.method) {
      case 'DESCRIBE':
        return this.#describe(mount, request, mount.faults);
      case 'SETUP':
        return this.#setup(mount, place, request);
      default:
        return this.#inSession(mount, request, mount.faults);
    }
  }

  #options(faults: FakeFaults): Reply {
    const methods = this.#habits.publicMethods.filter(
      (method) => method !== 'GET_PARAMETER' || faults.getParameter,
    );
    return { status: 200, headers: [`Public: ${methods.join(', ')}`] };
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
    return { status: 401, headers: this.#challengesOf(mount, verdict) };
  }

  #challengesOf(mount: CameraMount, verdict: LoginVerdict = 'wrong'): string[] {
    const challenges = this.#authenticators.get(mount)?.challenges(verdict) ?? [];
    return challenges.map((challenge) => `WWW-Authenticate: ${challenge}`);
  }

  #describe(mount: CameraMount, request: RtspRequest, faults: FakeFaults): Reply {
    if (faults.redirectTo !== undefined) return { status: 302, headers: [`Location: ${faults.redirectTo}`] };
    const habits = this.#habits;
    if (habits.describesOnce && this.#described) return { status: 500 };
    this.#described = true;
    const { clip } = mount.player;
    const values = { url: request.uri.replace(/\/$/, ''), path: mount.path, host: this.#context.host };
    const sdp =
      habits.sdp === undefined
        ? formatClipSdp(clip, { name: mount.name, sprop: faults.sprop })
        : formatHabitSdp(clip, mount.habits, { ...values, name: mount.name });
    return {
      status: 200,
      headers: habits.describe.map((line) => fillIn(line, values)),
      body: faults.rewriteSdp?.(sdp) ?? sdp,
    };
  }

  #setup(mount: CameraMount, kind: Place, request: RtspRequest): Reply {
    const { faults } = mount;
    const habits = this.#habits;
    if (kind === 'aggregate' || (kind === 'audio' && mount.player.clip.audio === undefined))
      return { status: 404 };
    const transport = request.headers.get('transport') ?? '';
    const clientPort = Number(/client_port=(\d+)/i.exec(transport)?.[1] ?? 0);
    const asked = /\bRTP\/AVPF?\/TCP\b/i.test(transport) ? 'tcp' : 'udp';
    if (faults.transports !== 'both' && faults.transports !== asked) return { status: 461 };
    const given = faults.insistsOn ?? asked;
    const askedChannel = Number(/interleaved=(\d+)/i.exec(transport)?.[1] ?? (kind === 'video' ? 0 : 2));
    const channel = askedChannel + habits.channelShift;
    if (channel > 254 || (given === 'udp' && faults.insistsOn === undefined && clientPort === 0)) {
      return { status: 461 };
    }
    if (this.#playout === undefined) {
      const { sessions } = habits;
      if (sessions !== undefined && mount.sessions >= sessions.most) {
        const challenges = sessions.challenges === true ? this.#challengesOf(mount) : [];
        return { status: sessions.status, headers: challenges };
      }
      this.#playout = new ClientPlayout(mount.player, this.#context.random, mount.habits.packets);
      this.#sessionId = newSessionId();
      mount.sessions++;
      this.#context.counters.sessionsOpened++;
    }
    const isFirst = this.#playout.tracks === 0;
    const ports = { rtp: clientPort, rtcp: clientPort + 1 };
    const sink =
      given === 'tcp'
        ? new ConnectionSink(this.socket)
        : new DatagramSink(this.#context.datagrams, this.#context.host, ports);
    if (given === 'udp') this.#rtcpPorts.add(ports.rtcp);
    const ssrc =
      kind === 'silent' ? 0 : this.#playout.addTrack(kind, channel, sink, faults, habits.ssrcLimit);
    const values = {
      rtp: channel,
      rtcp: channel + 1,
      clientPorts: `${clientPort}-${clientPort + 1}`,
      serverPort: this.#serverPort(faults),
      session: !isFirst && habits.sessionPerTrack ? newSessionId() : (this.#sessionId ?? ''),
      timeout: faults.sessionTimeoutS,
      ssrc: ssrc.toString(16).padStart(8, '0'),
      shortSsrc: ssrc.toString(16),
    };
    const lines = given === 'tcp' ? habits.setup : habits.setupUdp;
    return { status: 200, headers: lines.map((line) => fillIn(line, values)) };
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
        return { status: 200, headers: this.#playHeaders(playout, request, faults) };
      }
      case 'PAUSE':
        if (!known) return { status: 454 };
        playout.pause();
        this.#context.mountLeft(mount);
        return { status: 200, headers: [session] };
      case 'TEARDOWN':
        if (!known) return { status: 454 };
        this.#context.counters.teardowns++;
        return { status: 200, headers: this.#habits.teardown };
      case 'GET_PARAMETER':
        if (!faults.getParameter) return { status: 405 };
        return known ? { status: 200, headers: [session] } : { status: 454 };
      case 'SET_PARAMETER':
        return known ? { status: 200, headers: [session] } : { status: 454 };
      default:
        return { status: 501 };
    }
  }

  #playHeaders(playout: ClientPlayout, request: RtspRequest, faults: FakeFaults): string[] {
    const habits = this.#habits;
    const url = request.uri.replace(/\/$/, '');
    const entries = playout.play(faults).map(({ kind, ssrc, sequence, timestamp }) =>
      fillIn(habits.rtpInfo, {
        url,
        kind,
        track: kind === 'video' ? 0 : 1,
        seq: sequence,
        rtptime: timestamp,
        ssrc: ssrc.toString(16).padStart(8, '0'),
      }),
    );
    const { clock } = this.#context;
    if (habits.reportsBeforePlay) playout.sendEarlyReports(clock.monotonic(), clock.now(), faults);
    const values = { session: this.#sessionId ?? '', rtpInfo: entries.join(habits.rtpInfoSeparator) };
    return habits.play.map((line) => fillIn(line, values));
  }

  #endSession(): void {
    if (this.#sessionId === undefined) return;
    this.#playout?.pause();
    this.#playout = undefined;
    this.#sessionId = undefined;
    this.#context.counters.sessionsClosed++;
    if (this.#mount === undefined) return;
    this.#mount.sessions--;
    this.#context.mountLeft(this.#mount);
  }
}

function newSessionId(): string {
  return randomBytes(4).toString('hex').toUpperCase();
}

function sessionOf(request: RtspRequest): string | undefined {
  return request.headers.get('session')?.split(';')[0]?.trim();
}
