/**
 * The least a Node process can do for a request: one buffer, one header block, no router (`node bare-node.ts`). What our
 * server reaches beside it says what our own code costs, whatever the machine is doing at the moment.
 */
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from '../../e2e/support/child.ts';
import { eventually } from '../../e2e/support/eventually.ts';
import { findFreePort } from '../../e2e/support/free-port.ts';

export class BareNode implements AsyncDisposable {
  readonly url: string;
  readonly #child: Child;
  readonly #folder: string;

  private constructor(child: Child, folder: string, port: number) {
    this.#child = child;
    this.#folder = folder;
    this.url = `http://127.0.0.1:${port}/bytes`;
  }

  static async open(bytes: Buffer): Promise<BareNode> {
    const folder = await mkdtemp(join(tmpdir(), 'pantau-bench-node-'));
    const file = join(folder, 'bytes');
    await writeFile(file, bytes);
    const port = await findFreePort();
    const child = new Child(process.execPath, { args: [import.meta.filename, String(port), file] });
    await eventually('a bare Node server', () => child.stdout.includes('listening'), { everyMs: 20 });
    return new BareNode(child, folder, port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const [port, file = ''] = process.argv.slice(2);
  const body = readFileSync(file);
  const headers = { 'Content-Type': 'application/octet-stream', 'Content-Length': body.length };
  createServer((_, response) => {
    response.writeHead(200, headers);
    response.end(body);
  }).listen(Number(port), '127.0.0.1', () => console.log('listening'));
}
