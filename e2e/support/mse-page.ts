/** A page that plays `/mse/<key>` with the least code that can: what anybody's player makes of our WebSocket. */
import { createServer, type Server } from 'node:http';

const PAGE = `<!doctype html><html lang="en"><title>MSE</title><main><h1>MSE</h1><video muted playsinline></video></main>
<script src="/player.js"></script></html>`;

const SCRIPT = `
const video = document.querySelector('video');
const source = new MediaSource();
video.src = URL.createObjectURL(source);
const steps = [];
globalThis.messages = [];
let buffer;
function pump() {
  while (source.readyState === 'open' && steps.length > 0 && !buffer?.updating) {
    const step = steps.shift();
    if (typeof step !== 'string') { buffer.appendBuffer(step); continue; }
    if (buffer) buffer.changeType(step);
    else { buffer = source.addSourceBuffer(step); buffer.addEventListener('updateend', onAppended); }
  }
}
function onAppended() {
  const { buffered } = video;
  if (buffered.length > 0 && video.paused) {
    video.currentTime = Math.max(buffered.start(0), buffered.end(0) - 0.8);
    video.play();
  }
  // A hole is stepped over, as any player must that is given what a camera lost.
  for (let index = 0; index + 1 < buffered.length; index++) {
    const isAtHole = video.currentTime >= buffered.end(index) - 0.1 && video.currentTime < buffered.start(index + 1);
    if (isAtHole) video.currentTime = buffered.start(index + 1) + 0.01;
  }
  pump();
}
source.addEventListener('sourceopen', pump);
const socket = new WebSocket(new URLSearchParams(location.search).get('src'));
socket.binaryType = 'arraybuffer';
socket.onmessage = ({ data }) => {
  if (typeof data !== 'string') steps.push(data);
  else {
    const message = JSON.parse(data);
    messages.push(message);
    if (message.type === 'config') steps.push(message.mime);
  }
  pump();
};
globalThis.wish = (rendition) => socket.send(JSON.stringify({ type: 'switch', rendition }));
`;

export class MsePage implements AsyncDisposable {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(): Promise<MsePage> {
    const server = createServer((request, response) => {
      const isScript = request.url === '/player.js';
      response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
      response.end(isScript ? SCRIPT : PAGE);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new MsePage(server);
  }

  /** @param source address of the WebSocket. */
  url(source: string): string {
    const address = this.#server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return `http://127.0.0.1:${port}/?src=${encodeURIComponent(source)}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
