/** nginx in front of a server, with TLS and with the very configuration that the operator's guide gives. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child, runCommand } from './child.ts';
import { eventually } from './eventually.ts';

const GUIDE = fileURLToPath(new URL('../../docs/guide/operate.md', import.meta.url));
const PROGRAM = existsSync('/usr/sbin/nginx') ? '/usr/sbin/nginx' : 'nginx';

export interface NginxOptions {
  /** Port of the server behind. */
  readonly upstreamPort: number;
  /** Port to listen on, with TLS, on 127.0.0.1. */
  readonly port: number;
}

export class Nginx implements AsyncDisposable {
  /** The self-signed certificate, PEM. */
  readonly certificate: string;
  readonly #child: Child;
  readonly #folder: string;

  private constructor(child: Child, folder: string, certificate: string) {
    this.#child = child;
    this.#folder = folder;
    this.certificate = certificate;
  }

  static async open(options: NginxOptions): Promise<Nginx> {
    const folder = await mkdtemp(join(tmpdir(), 'pantau-nginx-'));
    await makeCertificate(folder);
    const config = join(folder, 'nginx.conf');
    await writeFile(config, wrap(folder, adapt(await readGuide(), folder, options)));
    // `-g`: one process in the foreground, so that nothing of it can outlive the test.
    const args = ['-p', folder, '-c', config, '-e', join(folder, 'error.log')];
    const child = new Child(PROGRAM, { args: [...args, '-g', 'daemon off; master_process off;'] });
    const certificate = await readFile(join(folder, 'certificate.pem'), 'utf8');
    const nginx = new Nginx(child, folder, certificate);
    await eventually('nginx to run', async () => {
      if (child.exit) throw new Error(`it ended: ${child.stderr}${await nginx.readErrors()}`);
      return existsSync(join(folder, 'nginx.pid'));
    });
    return nginx;
  }

  /** What it complained about. */
  async readErrors(): Promise<string> {
    return readFile(join(this.#folder, 'error.log'), 'utf8').catch(() => '');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child.stop(3_000);
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** The configuration as the guide prints it. */
async function readGuide(): Promise<string> {
  const block = /^## Behind nginx\n[^]*?```nginx\n([^]*?)```/m.exec(await readFile(GUIDE, 'utf8'))?.[1];
  if (block === undefined) throw new Error('the guide has no nginx configuration');
  return block;
}

/** Names, ports and certificates are the reader's to fill in; everything else stays as printed. */
function adapt(text: string, folder: string, { upstreamPort, port }: NginxOptions): string {
  const filled: readonly (readonly [string, string])[] = [
    ['server 127.0.0.1:3000;', `server 127.0.0.1:${upstreamPort};`],
    ['listen 443 ssl;', `listen 127.0.0.1:${port} ssl;`],
    ['server_name cctv.example.id;', 'server_name localhost;'],
    [
      '# ssl_certificate …; ssl_certificate_key …;',
      `ssl_certificate ${folder}/certificate.pem; ssl_certificate_key ${folder}/key.pem;`,
    ],
  ];
  return filled.reduce((config, [printed, ours]) => {
    if (config.split(printed).length !== 2) throw new Error(`the guide does not say "${printed}" once`);
    return config.replace(printed, ours);
  }, text);
}

function wrap(folder: string, config: string): string {
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
pid ${folder}/nginx.pid;
events { worker_connections 256; }
http {
  access_log off;
  ${paths.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
  ${config}
}
`;
}

async function makeCertificate(folder: string): Promise<void> {
  const key = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    `${folder}/key.pem`,
  ];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const made = await runCommand('openssl', {
    args: ['req', '-x509', ...key, ...names, '-days', '2', '-out', `${folder}/certificate.pem`],
  });
  if (made.code !== 0) throw new Error(`openssl ended with ${made.code}: ${made.stderr}`);
}
