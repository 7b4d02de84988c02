import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeRequest, encodeResponse, parseHeaderLines, parseStartLine } from './rtsp-message.ts';

test.each([
  ['RTSP/1.0 200 OK', 200, 'OK'],
  ['RTSP/1.0 200', 200, ''],
  ['RTSP/1.0 200 ', 200, ''],
  ['RTSP/1.0 454 Session Not Found \r', 454, 'Session Not Found'],
  ['RTSP/2.0  401  Unauthorized', 401, 'Unauthorized'],
])('%j is a response', (line, status, reason) => {
  expect(parseStartLine(line)).toEqual({ kind: 'response', status, reason });
});

test('a request of the camera', () => {
  expect(parseStartLine('SET_PARAMETER rtsp://cam/live RTSP/1.0')).toEqual({
    kind: 'request',
    method: 'SET_PARAMETER',
    url: 'rtsp://cam/live',
  });
});

test.each([
  '',
  'RTSP/1.0',
  'RTSP/1.0 20',
  'RTSP/1.0 2000',
  'HTTP/1.1 200 OK',
  'OPTIONS * HTTP/1.1',
  'options * RTSP/1.0',
  'a=control:*',
])('%j is neither', (line) => {
  expect(parseStartLine(line)).toBeUndefined();
});

test('headers: any case, trimmed, repeated, folded, without space, without value, without colon', () => {
  const headers = parseHeaderLines([
    'Cseq: 1 ',
    'Session:        708345999',
    'WWW-Authenticate: Digest realm="a"',
    'www-authenticate:Basic realm="b",',
    '   charset="UTF-8"',
    'Empty:',
    'no colon here',
    ':no name',
    '',
  ]);
  expect(headers.findNumber('CSeq')).toBe(1);
  expect(headers.find('session')).toBe('708345999');
  expect(headers.list('WWW-AUTHENTICATE')).toEqual(['Digest realm="a"', 'Basic realm="b", charset="UTF-8"']);
  expect(headers.find('empty')).toBe('');
  expect(headers.find('absent')).toBeUndefined();
  expect(headers.list('absent')).toEqual([]);
});

test.each([
  ['12', 12],
  ['-1', undefined],
  ['1e3', undefined],
  ['12345678901', undefined],
  ['', undefined],
])('a header %j as a number is %s', (value, expected) => {
  expect(parseHeaderLines([`Content-Length: ${value}`]).findNumber('content-length')).toBe(expected);
});

test('bytes of a request and a response; what is undefined is left out', () => {
  expect(
    encodeRequest('OPTIONS', 'rtsp://cam/', {
      CSeq: '1',
      Session: undefined,
      'User-Agent': 'Pantau',
    }).toString(),
  ).toBe('OPTIONS rtsp://cam/ RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: Pantau\r\n\r\n');
  expect(encodeResponse(501, 'Not Implemented', { CSeq: '7' }).toString()).toBe(
    'RTSP/1.0 501 Not Implemented\r\nCSeq: 7\r\n\r\n',
  );
});

test('what a camera sent cannot smuggle a line into what we send', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (url, value) => {
      const text = encodeRequest('PLAY', `rtsp://cam/${url}\r\nA: b`, {
        CSeq: '1',
        Session: `${value}\r\n\r\nSETUP x`,
      }).toString();
      expect(text.split(/\r\n|\r|\n/)).toHaveLength(5);
    }),
  );
});
