import { describe, expect, it } from 'vitest';
import { parseDeviceUrl } from '../http/device-url.ts';
import { readSoapReply } from './soap-reply.ts';

const read = (body: string, status = 200) =>
  readSoapReply(
    { status, body: Buffer.from(body), headers: {}, challenges: [], url: parseDeviceUrl('http://h') },
    'GetXResponse',
    100_000,
  );
const envelope = (body: string) => `<s:Envelope><s:Body>${body}</s:Body></s:Envelope>`;
const fault12 = (subcode: string, reason: string) =>
  envelope(
    `<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>${subcode}</s:Value></s:Subcode></s:Code>` +
      `<s:Reason><s:Text xml:lang="en">${reason}</s:Text></s:Reason></s:Fault>`,
  );
const fault11 = (code: string, text: string) =>
  envelope(`<s:Fault><faultcode>${code}</faultcode><faultstring>${text}</faultstring></s:Fault>`);

describe('readSoapReply', () => {
  it('gives the response, also by another name and beside a status that is wrong', () => {
    expect(read(envelope('<t:GetXResponse a="1"/>')).attributes.get('a')).toBe('1');
    expect(read(envelope('<t:GetYResponse/>'), 500).name).toBe('GetYResponse');
  });

  it('takes a document whose end is missing when the response itself is whole', () => {
    expect(read('<s:Envelope><s:Body><t:GetXResponse>1</t:GetXResponse></s:Bo').text).toBe('1');
    expect(() => read('<s:Envelope><s:Body><t:GetXResponse><a>1</a>')).toThrow('cut short');
  });

  it.each([
    [
      'wrong password, ONVIF',
      fault12('ter:NotAuthorized', 'Sender not Authorized'),
      400,
      'ONVIF_LOGIN_FAILED',
    ],
    ['wrong password, WS-Security', fault12('wsse:FailedAuthentication', ''), 500, 'ONVIF_LOGIN_FAILED'],
    ['wrong password, SOAP 1.1', fault11('SOAP-ENV:Client', 'Unauthorized'), 200, 'ONVIF_LOGIN_FAILED'],
    ['wrong password, in words only', fault12('ter:Other', 'Authority failure'), 400, 'ONVIF_LOGIN_FAILED'],
    ['account is locked', fault12('ter:Other', 'User is locked'), 400, 'ONVIF_LOGIN_FAILED'],
    [
      'time check',
      fault12('wsse:FailedAuthentication', 'Wsse authorized time check failed'),
      400,
      'ONVIF_CLOCK_WRONG',
    ],
    ['message expired', fault12('wsse:MessageExpired', ''), 400, 'ONVIF_CLOCK_WRONG'],
    ['not there', fault12('ter:ActionNotSupported', 'x'), 400, 'ONVIF_UNSUPPORTED'],
    [
      'not there, old',
      fault11('SOAP-ENV:Client', "Method 'q:GetX' not implemented: method name not recognized"),
      500,
      'ONVIF_UNSUPPORTED',
    ],
    ['optional', fault12('ter:OptionalActionNotImplemented', ''), 500, 'ONVIF_UNSUPPORTED'],
    ['anything else', fault12('ter:InvalidArgVal', 'No such token'), 400, 'ONVIF_REFUSED'],
    ['HTTP 401 with a page', '<html><body>401</body></html>', 401, 'ONVIF_LOGIN_FAILED'],
    ['HTTP 401 with nothing', '', 401, 'ONVIF_LOGIN_FAILED'],
    ['HTTP 404', '<html></html>', 404, 'NOT_ONVIF'],
    ['HTTP 404 in XML', '<error/>', 404, 'NOT_ONVIF'],
    [
      'a page with status 200',
      '<!DOCTYPE html><html><head><title>Login</title></head></html>',
      200,
      'NOT_ONVIF',
    ],
    ['JSON', '{"error": 1}', 200, 'ONVIF_MALFORMED'],
    ['nothing', '', 200, 'NOT_ONVIF'],
    ['another kind of XML', '<rss><channel/></rss>', 200, 'NOT_ONVIF'],
    ['an empty body', '<s:Envelope><s:Body/></s:Envelope>', 200, 'ONVIF_MALFORMED'],
    ['HTTP 500 with text', 'Internal Error', 500, 'ONVIF_REFUSED'],
  ])('knows %s', (_what, body, status, code) => {
    expect(() => read(body, status)).toThrow(expect.objectContaining({ code }));
  });
});
