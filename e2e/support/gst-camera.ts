/** GStreamer's RTSP server as a camera: an implementation that shares no line with ours. */
import { fileURLToPath } from 'node:url';
import { Child } from './child.ts';
import { eventually } from './eventually.ts';
import { PYTHON } from './requirements.ts';

export interface GstMount {
  readonly path: string;
  /** Default `h264`; `h265` needs x265enc; `jpeg` sends single pictures (RFC 2435) of a test card that stands still. */
  readonly codec?: 'h264' | 'h265' | 'jpeg';
  /** Offers PLI and FIR (RTP/AVPF). */
  readonly feedback?: boolean;
  /** H.264 profile; `high-bframes` has three B-frames in a row. Default `baseline`. */
  readonly profile?: 'baseline' | 'main' | 'high' | 'high-bframes';
  /** `true` is AAC with AU headers. */
  readonly audio?: boolean | 'latm' | 'mulaw' | 'alaw' | 'l16' | 'opus';
  /** Draws the time into the picture: see `clock-bits.ts`. */
  readonly clockBits?: boolean;
  /** Pixels. Default 640 × 360. */
  readonly width?: number;
  readonly height?: number;
  readonly fps?: number;
  readonly gopSeconds?: number;
  readonly kbps?: number;
  /** x264's speed preset. Default `veryfast`. */
  readonly preset?: 'ultrafast' | 'veryfast';
  readonly login?: {
    readonly username: string;
    readonly password: string;
    readonly method?: 'digest' | 'basic';
  };
  /** Certificate and key in PEM: RTSP over TLS, at a port of its own. */
  readonly tls?: string;
  /** The only transport it takes. Default both. */
  readonly protocols?: 'udp' | 'tcp';
}

interface Ports {
  readonly port: number;
  readonly loginPort: number;
  readonly tlsPort: number;
}

/** A running GStreamer camera. Its ports stay the same over `kill` and `restart`. */
export class GstCamera implements AsyncDisposable {
  readonly #mounts: readonly GstMount[];
  #ports: Ports;
  #child: Child;

  private constructor(mounts: readonly GstMount[], child: Child, ports: Ports) {
    this.#mounts = mounts;
    this.#child = child;
    this.#ports = ports;
  }

  static async open(mounts: readonly GstMount[]): Promise<GstCamera> {
    const { child, ports } = await spawnServer(mounts, { port: 0, loginPort: 0, tlsPort: 0 });
    return new GstCamera(mounts, child, ports);
  }

  /** RTSP URL of a mount, without its login. */
  url(path: string): string {
    const mount = this.#mounts.find((candidate) => candidate.path === path);
    if (mount === undefined) throw new Error(`no mount ${path}`);
    if (mount.tls !== undefined) return `rtsps://127.0.0.1:${this.#ports.tlsPort}${path}`;
    return `rtsp://127.0.0.1:${mount.login ? this.#ports.loginPort : this.#ports.port}${path}`;
  }

  /** The camera loses power. */
  async kill(): Promise<void> {
    await this.#child.kill();
  }

  /** The camera comes back on the same ports. */
  async restart(): Promise<void> {
    const { child, ports } = await spawnServer(this.#mounts, this.#ports);
    this.#child = child;
    this.#ports = ports;
  }

  get log(): string {
    return this.#child.stderr;
  }

  /** Sessions that were ended by TEARDOWN in this life. */
  get teardowns(): number {
    return this.#child.stderr.split('\n').filter((line) => line === 'teardown').length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child.stop(2_000);
  }
}

async function spawnServer(
  mounts: readonly GstMount[],
  ports: Ports,
): Promise<{ child: Child; ports: Ports }> {
  const script = fileURLToPath(new URL('gst-server.py', import.meta.url));
  const child = new Child(PYTHON, { args: [script, JSON.stringify({ ...ports, mounts })] });
  const line = await eventually(
    'the GStreamer camera to listen',
    () => {
      if (child.exit) throw new Error(`it ended: ${child.stderr}`);
      return child.stdout.split('\n').find((text) => text.startsWith('{'));
    },
    { timeoutMs: 20_000, everyMs: 50 },
  );
  const bound: unknown = JSON.parse(line);
  const read = (name: string): number => {
    const value: unknown = typeof bound === 'object' && bound !== null ? Reflect.get(bound, name) : undefined;
    return typeof value === 'number' ? value : 0;
  };
  return {
    child,
    ports: { port: read('port'), loginPort: read('loginPort'), tlsPort: read('tlsPort') },
  };
}
