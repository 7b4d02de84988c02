import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sniffReply } from './http-kind.ts';
import { HttpReply } from './http-reply.ts';

const KINDS = ['picture-stream', 'picture', 'playlist', 'flv', 'mpeg-ts', 'web-page', 'unknown'];

/** A reply with this type and body, as Node hands it over. */
function replyOf(contentType: string, chunks: readonly Uint8Array[], path = '/live'): HttpReply {
  const message = new IncomingMessage(new Socket());
  message.statusCode = 200;
  message.headers['content-type'] = contentType;
  for (const chunk of chunks) message.push(chunk);
  message.push(null);
  return new HttpReply(message, new URL(path, 'http://camera.test'), new AbortController().signal);
}

it.each([
  ['its bytes, whatever its type', 'text/html', 'FLV\u0001', '/', 'flv'],
  ['its type', 'image/jpeg; charset=x', 'x', '/', 'picture'],
  ['its address, where the type says nothing', 'constructor', 'x', '/live.m3u8', 'playlist'],
  ['nothing', '__proto__', 'x', '/', 'unknown'],
])('a reply is told by %s', async (_by, type, body, path, kind) => {
  const sniffed = await sniffReply(replyOf(type, [Buffer.from(body, 'latin1')], path));
  expect(sniffed.kind).toBe(kind);
});

it('any reply is of some kind, and its body stays whole', async () => {
  const type = fc.oneof(
    fc.string(),
    fc.constantFrom('image/jpeg', 'multipart/x-mixed-replace', 'video/x-flv'),
  );
  const chunk = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 300 }),
    fc
      .constantFrom('#EXTM3U', 'FLV\u0001', '--b\r\ncontent-type: image/jpeg', '<html', 'GG')
      .map((text) => Buffer.from(text)),
  );
  await fc.assert(
    fc.asyncProperty(type, fc.array(chunk, { maxLength: 4 }), async (contentType, chunks) => {
      const { kind, body } = await sniffReply(replyOf(contentType, chunks));
      expect(KINDS).toContain(kind);
      const read: Buffer[] = [];
      for await (const piece of body) read.push(piece);
      expect(Buffer.concat(read).equals(Buffer.concat(chunks))).toBe(true);
    }),
  );
});
