import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { MediaError } from '../media-error.ts';
import { MessageReader } from './message-reader.ts';

/** Everything a reader handed out, in order, as comparable text. */
function collect() {
  const seen: string[] = [];
  const reader = new MessageReader({
    onFrame: (channel, bytes, start, end) =>
      void seen.push(`$${channel} ${bytes.toString('hex', start, end)}`),
    onMessage: (message) =>
      void seen.push(
        message.kind === 'response'
          ? `${message.status} ${message.reason}|${message.headers.find('cseq') ?? ''}|${message.body.toString('latin1')}`
          : `${message.method} ${message.url}|${message.headers.find('cseq') ?? ''}|${message.body.toString('latin1')}`,
      ),
    onResync: (bytes) => void seen.push(`lost ${bytes}`),
  });
  return { reader, seen };
}

function readAll(chunks: readonly Buffer[]): string[] {
  const { reader, seen } = collect();
  for (const chunk of chunks) reader.push(chunk);
  return seen;
}

const frame = (channel: number, payloadHex: string) => {
  const payload = Buffer.from(payloadHex, 'hex');
  return Buffer.concat([Buffer.from([0x24, channel, payload.length >> 8, payload.length & 255]), payload]);
};
const rtp = (channel: number, more = '') => frame(channel, `80600001000000010000000a${more}`);
const text = (value: string) => Buffer.from(value, 'latin1');

const CONVERSATION = Buffer.concat([
  text('RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 12\r\n\r\nv=0\r\ns=$\0\0\0\r\n'),
  text('\r\n\r\n'),
  rtp(0, '52545350'), // a payload that spells RTSP
  frame(1, ''),
  text('RTSP/1.0 200\nCseq: 2 \n\n'), // bare line feeds, no reason
  text('SET_PARAMETER rtsp://cam/ RTSP/1.0\r\nCSeq: 9\r\nContent-Length: 3\r\n\r\na$b'),
  text('\n'),
  frame(200, '24'.repeat(300)),
  text('RTSP/1.0 454 Session Not Found\r\nCSeq:3\r\n\r\n'),
]);
const EXPECTED = [
  '200 OK|1|v=0\r\ns=$\0\0\0\r\n'.slice(0, '200 OK|1|'.length + 12),
  '$0 80600001000000010000000a52545350',
  '$1 ',
  '200 |2|',
  'SET_PARAMETER rtsp://cam/|9|a$b',
  `$200 ${'24'.repeat(300)}`,
  '454 Session Not Found|3|',
];

describe('the same messages come out', () => {
  test('in one piece', () => {
    expect(readAll([CONVERSATION])).toEqual(EXPECTED);
  });

  test('cut in two at every position', () => {
    for (let at = 0; at <= CONVERSATION.length; at++) {
      expect(readAll([CONVERSATION.subarray(0, at), CONVERSATION.subarray(at)]), `cut at ${at}`).toEqual(
        EXPECTED,
      );
    }
  });

  test('byte by byte', () => {
    expect(readAll([...CONVERSATION].map((byte) => Buffer.from([byte])))).toEqual(EXPECTED);
  });

  test('cut anywhere, any number of times', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(CONVERSATION.length), { maxLength: 40 }), (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), CONVERSATION.length];
        const chunks = at.slice(1).map((end, index) => CONVERSATION.subarray(at[index], end));
        expect(readAll(chunks)).toEqual(EXPECTED);
      }),
    );
  });
});

test('a frame inside a chunk is a view; cut ones share a buffer that is used again', () => {
  const buffers: Buffer[] = [];
  const reader = new MessageReader({
    onFrame: (_channel, bytes) => void buffers.push(bytes),
    onMessage: () => {},
    onResync: () => {},
  });
  const chunk = Buffer.concat([rtp(0), rtp(0).subarray(0, 9)]);
  reader.push(chunk);
  reader.push(rtp(0).subarray(9));
  expect(buffers[0]).toBe(chunk);
  reader.push(rtp(0).subarray(0, 9));
  reader.push(rtp(0).subarray(9));
  expect(buffers[1]).not.toBe(chunk);
  expect(buffers[2]).toBe(buffers[1]);
});

describe('junk', () => {
  test.each([
    ['a frame whose length lies', [frame(0, '806000010000').subarray(0, 8), text('abc'), rtp(2), rtp(0)]],
    [
      'rest of a body longer than announced',
      [text('RTSP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nv=0'), text('\r\na=control:*\r\na=x\r\n'), rtp(0)],
    ],
    ['binary bytes', [Buffer.from('000102ff24ffffff2400000824', 'hex'), rtp(0)]],
    ['capital letters that never become a message', [text('ABCDEFGH IJK\nRTS'), rtp(0), text('\n'), rtp(0)]],
  ])('%s: what follows is found again', (_name, parts) => {
    const seen = readAll(parts);
    expect(seen.at(-1)).toBe('$0 80600001000000010000000a');
    expect(seen.some((line) => line.startsWith('lost'))).toBe(true);
  });

  test('a message is found behind junk too', () => {
    expect(readAll([text('xyz'), text('RTSP/1.0 200 OK\r\nCSeq: 4\r\n\r\n')])).toEqual([
      'lost 3',
      '200 OK|4|',
    ]);
  });

  test('while lost, a dollar sign is believed only with a small channel and RTP behind it', () => {
    const believable = rtp(3);
    const chunk = Buffer.concat([
      text('junk'),
      frame(99, '80'.repeat(12)),
      frame(0, '00'.repeat(12)),
      frame(1, '8000'),
      believable,
    ]);
    const seen = readAll([chunk]);
    expect(seen).toEqual([`lost ${chunk.length - believable.length}`, '$3 80600001000000010000000a']);
  });

  test('too much of it ends the connection', () => {
    const { reader } = collect();
    const push = () => {
      for (let index = 0; index < 10; index++) reader.push(Buffer.alloc(64 * 1024, 'x'));
    };
    expect(push).toThrow(expect.objectContaining({ code: 'RTSP_MALFORMED' }));
  });

  test('more junk than frames ends the connection, after a while', () => {
    const { reader } = collect();
    const junk = Buffer.alloc(600, 'x');
    const push = () => {
      for (let index = 0; index < 1000; index++) reader.push(Buffer.concat([junk, rtp(0)]));
    };
    expect(push).toThrow(expect.objectContaining({ code: 'RTSP_MALFORMED' }));
  });

  test('a few bytes of the camera’s own between frames do not, however long it lasts', () => {
    const { reader, seen } = collect();
    const piece = Buffer.concat([Buffer.alloc(10, 'x'), rtp(0)]);
    for (let index = 0; index < 50_000; index++) reader.push(piece);
    expect(seen.filter((line) => line.startsWith('$'))).toHaveLength(50_000);
  });

  test('an HTTP server on the port is called that', () => {
    const push = () => collect().reader.push(text('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect(push).toThrow(/HTTP/);
  });
});

describe('bounds', () => {
  test.each([
    ['head', `RTSP/1.0 200 OK\r\n${'X: y\r\n'.repeat(4000)}`],
    ['body', 'RTSP/1.0 200 OK\r\nContent-Length: 9999999\r\n\r\n'],
  ])('a %s that is too long ends the connection', (_name, value) => {
    const push = () => collect().reader.push(text(value));
    expect(push).toThrow(expect.objectContaining({ code: 'RTSP_MALFORMED' }));
  });

  test('a line that never ends is junk', () => {
    expect(readAll([text(`RTSP/1.0 200 ${'O'.repeat(5000)}`), rtp(0)]).at(-1)).toBe(
      '$0 80600001000000010000000a',
    );
  });

  test('a head that drips in byte by byte is not read from its beginning each time', () => {
    const head = text(`RTSP/1.0 200 OK\r\nCSeq: 7\r\n${'a:b\r\n'.repeat(300)}\r\n`);
    const { reader, seen } = collect();
    using search = vi.spyOn(Buffer.prototype, 'indexOf');
    for (let at = 0; at < head.length; at++) reader.push(head.subarray(at, at + 1));
    expect(seen).toEqual(['200 OK|7|']);
    expect(search.mock.calls.length).toBeLessThan(head.length * 2);
  });

  test.each([
    ['letters', 'A'.repeat(2000)],
    ['methods', 'OPTIONS '.repeat(250)],
    ['versions', 'RTSP/'.repeat(400)],
  ])('junk that looks like %s is not decoded again at every byte', (_name, line) => {
    const junk = text(`${line}\n`.repeat(20));
    using decode = vi.spyOn(Buffer.prototype, 'toString');
    expect(readAll([junk, rtp(0)]).at(-1)).toBe('$0 80600001000000010000000a');
    const decoded = decode.mock.calls.reduce((sum, [, from, to]) => sum + Number(to) - Number(from), 0);
    expect(decoded).toBeLessThan(junk.length * 20);
  });

  test('any bytes in any pieces: only MediaError comes out, soon', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom(
        rtp(0),
        rtp(1, 'ff'),
        text('RTSP/1.0 200 OK\r\n'),
        text('CSeq: 1\r\n\r\n'),
        text('Content-Length: 40\r\n\r\n'),
        text('Content-Type: application/sdp\r\n\r\n'),
        text('v=0\r\nm=video 0 RTP/AVP 96\r\n'),
        text('$'),
        text('OPTIONS * '),
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 80 }), (chunks) => {
        try {
          readAll(chunks);
        } catch (error) {
          expect(error).toBeInstanceOf(MediaError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('a body shorter than announced', () => {
  test('is handed out when asked for', () => {
    const { reader, seen } = collect();
    reader.push(text('RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: 500\r\n\r\nv=0\r\n'));
    expect(seen).toEqual([]);
    expect(reader.finishShortBody()).toBe(true);
    expect(seen).toEqual(['200 OK|2|v=0\r\n']);
    reader.push(rtp(0));
    expect(seen.at(-1)).toBe('$0 80600001000000010000000a');
  });

  test('not when nothing of it came, or nothing is open', () => {
    const { reader } = collect();
    expect(reader.finishShortBody()).toBe(false);
    reader.push(text('RTSP/1.0 200 OK\r\nContent-Length: 500\r\n\r\n'));
    expect(reader.finishShortBody()).toBe(false);
  });
});

describe('a description whose length nobody named, or too small', () => {
  const HEAD = 'RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Type: application/sdp\r\n';

  test.each([
    ['in one piece', ['\r\nv=0\r\ns=x\r\n']],
    ['in pieces', ['\r\nv=', '0\r\ns=', 'x\r\n']],
    ['behind its head', ['\r\n', 'v=0\r\ns=x\r\n']],
    ['named too small', ['Content-Length: 3\r\n\r\nv=0\r\ns=x\r\n']],
  ])('%s: whole when it is said to be', (_name, pieces) => {
    const { reader, seen } = collect();
    reader.push(text(HEAD));
    for (const piece of pieces) reader.push(text(piece));
    // behind a length that fits nobody waits; else the end is somebody else's decision
    expect(reader.isBodyOpen).toBe(true);
    expect(seen).toEqual([]);
    expect(reader.finishShortBody()).toBe(true);
    expect(seen).toEqual(['200 OK|2|v=0\r\ns=x\r\n']);
    reader.push(rtp(0));
    expect(seen.at(-1)).toBe('$0 80600001000000010000000a');
  });

  test('the next message ends it', () => {
    const { reader, seen } = collect();
    reader.push(text(`${HEAD}\r\nv=0\r\nRTSP/1.0 200 OK\r\nCSeq: 3\r\n\r\n`));
    expect(seen).toEqual(['200 OK|2|v=0\r\n', '200 OK|3|']);
    expect(reader.isBodyOpen).toBe(false);
  });

  test('a right length is believed, whatever follows it properly', () => {
    const { reader, seen } = collect();
    reader.push(text(`${HEAD}Content-Length: 5\r\n\r\nv=0\r\nRTSP/1.0 200 OK\r\nCSeq: 3\r\n\r\n`));
    reader.push(rtp(0));
    expect(seen).toEqual(['200 OK|2|v=0\r\n', '200 OK|3|', '$0 80600001000000010000000a']);
  });

  test('other answers without a length have no body', () => {
    const { reader, seen } = collect();
    reader.push(text('RTSP/1.0 404 Not Found\r\nCSeq: 2\r\nContent-Type: application/sdp\r\n\r\n'));
    reader.push(text('RTSP/1.0 200 OK\r\nCSeq: 3\r\n\r\n'));
    expect(seen).toEqual(['404 Not Found|2|', '200 OK|3|']);
  });

  test('byte by byte up to the bound, in little time, then no further', () => {
    const { reader } = collect();
    reader.push(text(`${HEAD}\r\n`));
    const byte = text('x');
    expect(() => {
      for (let count = 0; count <= 256 * 1024; count++) reader.push(byte);
    }).toThrow(MediaError);
  });
});
