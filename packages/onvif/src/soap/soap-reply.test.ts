import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDeviceUrl } from '../http/device-url.ts';
import { parseDeviceClock } from '../device/read-device-clock.ts';
import { parseInformation } from '../device/read-information.ts';
import { parseCapabilities, parseServices } from '../device/read-services.ts';
import { parseProfiles } from '../media/read-profiles.ts';
import { OnvifError } from '../onvif-error.ts';
import { answer, formatEnvelope } from '../testing/device-answers.ts';
import { MAKER_HABITS } from '../testing/maker-habits.ts';
import { readSoapReply } from './soap-reply.ts';

const read = (body: string | Uint8Array, status = 200) =>
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

describe('answers of devices, damaged', () => {
  const operations = ['GetSystemDateAndTime', 'GetServices', 'GetCapabilities', 'GetProfiles'] as const;
  const damaged = fc
    .record({
      habits: fc.constantFrom(...Object.values(MAKER_HABITS)),
      operation: fc.constantFrom(...operations),
      mediaVersion: fc.constantFrom(1 as const, 2 as const),
    })
    .chain(({ habits, operation, mediaVersion }) => {
      const said =
        answer(habits, { operation, mediaVersion, profileToken: undefined, port: 80, nowMs: 0 }) ?? '';
      const text = formatEnvelope(habits, said);
      const position = fc.nat({ max: text.length });
      return fc
        .array(fc.record({ at: position, length: fc.nat({ max: 40 }), by: fc.string({ maxLength: 10 }) }), {
          maxLength: 4,
        })
        .map((cuts) =>
          cuts.reduce(
            (sofar, { at, length, by }) => sofar.slice(0, at) + by + sofar.slice(at + length),
            text,
          ),
        );
    });

  it('are read as far as they can be, or refused with an OnvifError', () => {
    fc.assert(
      fc.property(damaged, (text) => {
        try {
          const element = read(text);
          for (const profile of [...parseProfiles(element, 1), ...parseProfiles(element, 2)])
            expect(profile.token.length).toBeLessThanOrEqual(128);
          expect(parseServices(element).length + parseCapabilities(element).length).toBeLessThan(100);
          for (const said of Object.values(parseInformation(element)))
            expect(String(said ?? '').length).toBeLessThanOrEqual(1000);
          const clock = parseDeviceClock(element, 0);
          expect(Number.isFinite(clock?.utcOffsetMs ?? 0)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(OnvifError);
        }
      }),
    );
  });

  it('in bytes of any encoding, too', () => {
    const start = fc.constantFrom(
      '',
      '\u00ff\u00fe<\0',
      '\u00fe\u00ff\0<',
      '<?xml version="1.0" encoding="utf-16"?>',
      '<?xml encoding="x"?>',
      '<?xml encoding="gb2312"?><s:Envelope><s:Body>',
    );
    fc.assert(
      fc.property(
        start,
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom(200, 401, 500),
        (text, rest, status) => {
          try {
            read(Buffer.concat([Buffer.from(text, 'latin1'), rest]), status);
          } catch (error) {
            expect(error).toBeInstanceOf(OnvifError);
          }
        },
      ),
    );
  });
});
