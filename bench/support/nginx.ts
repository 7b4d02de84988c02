/** nginx serving files from a RAM disk: the yardstick for bytes that are ready to go. One worker, as we are one process. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from '../../e2e/support/child.ts';
import { eventually } from '../../e2e/support/eventually.ts';
import { findFreePort } from '../../e2e/support/free-port.ts';

const PROGRAM = existsSync('/usr/sbin/nginx') ? '/usr/sbin/nginx' : 'nginx';
const RAM_DISK = '/dev/shm';

export class Nginx implements AsyncDisposable {
  readonly url: string;
  readonly #child: Child;
  readonly #folder: string;

  private constructor(child: Child, folder: string, port: number) {
    this.#child = child;
    this.#folder = folder;
    this.url = `http://127.0.0.1:${port}`;
  }

  static isAvailable(): boolean {
    return spawnSync(PROGRAM, ['-v'], { stdio: 'ignore' }).status === 0;
  }

  static async open(): Promise<Nginx> {
    const folder = await mkdtemp(join(existsSync(RAM_DISK) ? RAM_DISK : tmpdir(), 'pantau-bench-nginx-'));
    const port = await findFreePort();
    await mkdir(join(folder, 'files'));
    await writeFile(join(folder, 'nginx.conf'), configure(folder, port));
    const child = new Child(PROGRAM, {
      args: ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')],
    });
    const nginx = new Nginx(child, folder, port);
    await nginx.write('ready', Buffer.from('ok'));
    await eventually('nginx to listen', async () => (await fetch(`${nginx.url}/ready`)).ok || undefined, {
      everyMs: 50,
    });
    return nginx;
  }

  /** Puts bytes on the RAM disk. @returns their URL. */
  async write(name: string, bytes: Buffer): Promise<string> {
    await writeFile(join(this.#folder, 'files', name), bytes);
    return `${this.url}/${name}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** What one would set for static files: sendfile, cached descriptors, no access log, keep-alive without end. */
function configure(folder: string, port: number): string {
  return `
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
events { worker_connections 4096; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  open_file_cache max=100;
  keepalive_timeout 60s;
  keepalive_requests 100000000;
  types { application/vnd.apple.mpegurl m3u8; video/iso.segment m4s; application/json json; }
  client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder}; uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
  server { listen 127.0.0.1:${port} backlog=4096; root ${folder}/files; add_header Access-Control-Allow-Origin *; }
}
`;
}
