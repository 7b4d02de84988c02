import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RtspRequestReader } from './rtsp-request-reader.ts';

const TEXT =
  'OPTIONS rtsp://h/a RTSP/1.0\r\nCSeq: 1\r\nX-Empty:\r\n\r\n' +
  '\r\nSET_PARAMETER rtsp://h/a RTSP/1.0\r\ncseq:2\r\nContent-Length: 5\r\n\r\n$\r\n\r\n' +
  '$\u0001\u0000\u0003abc' +
  'TEARDOWN rtsp://h/a?b=c/d RTSP/1.0\r\nCSeq: 3 \r\n\r\n';

function readAll(chunks: readonly Buffer[]): string[] {
  const reader = new RtspRequestReader();
  const seen: string[] = [];
  for (const chunk of chunks) {
    reader.read(
      chunk,
      ({ method, uri, headers }) => seen.push(`${method} ${uri} ${headers.get('cseq')}`),
      ({ channel, payload }) => seen.push(`$${channel} ${payload.toString()}`),
    );
  }
  return seen;
}

describe('RtspRequestReader', () => {
  it('reads the same whatever the chunks', () => {
    const bytes = Buffer.from(TEXT, 'latin1');
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 20 }), (cuts) => {
        const edges = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
        const chunks = edges.slice(1).map((end, at) => bytes.subarray(edges[at], end));
        expect(readAll(chunks)).toEqual([
          'OPTIONS rtsp://h/a 1',
          'SET_PARAMETER rtsp://h/a 2',
          '$1 abc',
          'TEARDOWN rtsp://h/a?b=c/d 3',
        ]);
      }),
    );
  });

  it.each([
    ['another protocol', 'GET / HTTP/1.1\r\n\r\n'],
    ['a head without end', 'OPTIONS rtsp://h RTSP/1.0\r\n' + 'X: y\r\n'.repeat(4000)],
    ['a body beyond measure', 'SET_PARAMETER rtsp://h RTSP/1.0\r\nContent-Length: 99999999\r\n\r\n'],
    ['a body of no length', 'SET_PARAMETER rtsp://h RTSP/1.0\r\nContent-Length: many\r\n\r\n'],
  ])('refuses %s', (_, text) => {
    expect(() => readAll([Buffer.from(text)])).toThrow(Error);
  });

  it('comes through any bytes with requests, frames or an Error', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 10 }), (chunks) => {
        try {
          expect(readAll(chunks.map((chunk) => Buffer.from(chunk)))).toBeInstanceOf(Array);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
          expect(error).not.toBeInstanceOf(TypeError);
        }
      }),
    );
  });
});
