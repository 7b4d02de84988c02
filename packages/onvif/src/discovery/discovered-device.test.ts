import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatProbeMatch } from '../testing/discovery-responder.ts';
import { chooseUrl, parseAnnouncement } from './discovered-device.ts';

const SCOPES =
  'onvif://www.onvif.org/type/video_encoder onvif://www.onvif.org/name/Simpang%20Empat onvif://www.onvif.org/hardware/DS-2CD onvif://www.onvif.org/location/country/id onvif://www.onvif.org/location/city/bjn';
const parse = (text: string) => parseAnnouncement(Buffer.from(text), '192.168.1.64');

describe('parseAnnouncement', () => {
  it('reads an answer to a probe', () => {
    const match = formatProbeMatch({
      id: 'urn:uuid:1',
      xaddrs: 'http://192.168.1.64/onvif/device_service',
      scopes: SCOPES,
    });
    expect(parse(match)).toEqual([
      {
        id: 'urn:uuid:1',
        address: '192.168.1.64',
        url: 'http://192.168.1.64/onvif/device_service',
        name: 'Simpang Empat',
        hardware: 'DS-2CD',
        location: 'country/id, city/bjn',
      },
    ]);
  });

  it('reads an answer without the element around its matches', () => {
    const match = formatProbeMatch({ id: 'urn:uuid:1', xaddrs: 'http://192.168.1.64/o', scopes: SCOPES });
    expect(parse(match.replaceAll(/<\/?d:ProbeMatches>/g, ''))).toHaveLength(1);
  });

  it('reads a Hello', () => {
    const hello =
      '<e:Envelope><e:Body><d:Hello><a:EndpointReference><a:Address>urn:uuid:2</a:Address></a:EndpointReference>' +
      '<d:Scopes>onvif://www.onvif.org/name/A</d:Scopes><d:XAddrs>http://10.0.0.9:8000/onvif/device_service</d:XAddrs></d:Hello></e:Body></e:Envelope>';
    expect(parse(hello).map(({ id, url }) => [id, url])).toEqual([
      ['urn:uuid:2', 'http://192.168.1.64:8000/onvif/device_service'],
    ]);
  });

  it.each([
    [
      'a printer',
      formatProbeMatch({ id: 'urn:uuid:3', xaddrs: 'http://192.168.1.64/wsd', scopes: 'ldap:///ou=print' }),
    ],
    ['a device without an address', formatProbeMatch({ id: 'urn:uuid:3', xaddrs: '', scopes: SCOPES })],
    ['a probe', '<e:Envelope><e:Body><d:Probe/></e:Body></e:Envelope>'],
    ['bytes', '\u0000\u0001'],
    ['a document type', '<!DOCTYPE x><e:Envelope/>'],
  ])('leaves out %s', (_what, text) => {
    expect(parse(text)).toEqual([]);
  });

  it('gives at most eight devices of one message', () => {
    const one = formatProbeMatch({ id: 'urn:uuid:1', xaddrs: 'http://192.168.1.64/o', scopes: SCOPES });
    const match = /<d:ProbeMatch>.*<\/d:ProbeMatch>/.exec(one)?.[0] ?? '';
    expect(parse(one.replace(match, match.repeat(50)))).toHaveLength(8);
  });

  it('never fails, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 3000 }),
        (bytes) => void parseAnnouncement(bytes, '192.168.1.64'),
      ),
    );
  });
});

describe('chooseUrl', () => {
  it.each([
    ['the address that answered', 'http://10.0.0.5/a http://192.168.1.64/b', 'http://192.168.1.64/b'],
    ['plain http', 'https://192.168.1.64/a http://192.168.1.64/b', 'http://192.168.1.64/b'],
    ['IPv4', 'http://[fe80::1]/a http://10.0.0.5:8000/b', 'http://192.168.1.64:8000/b'],
    [
      'a loopback, with the sender for a host',
      'http://127.0.0.1/onvif/device_service',
      'http://192.168.1.64/onvif/device_service',
    ],
    [
      'nobody, with the sender for a host',
      'http://0.0.0.0:8080/onvif/device_service',
      'http://192.168.1.64:8080/onvif/device_service',
    ],
    ['cloud metadata, with the sender for a host', 'http://169.254.169.254/x', 'http://192.168.1.64/x'],
    ['a name, with the sender for a host', 'http://camera.local/x', 'http://192.168.1.64/x'],
    ['https alone', ' \n https://192.168.1.64:8443/x \n', 'https://192.168.1.64:8443/x'],
    ['nothing usable', 'ftp://192.168.1.64/ urn:x', undefined],
  ])('takes %s', (_what, text, expected) => {
    expect(chooseUrl(text, '192.168.1.64')).toBe(expected);
  });

  it('never leads to another host than the sender', () => {
    const host = fc.oneof(fc.ipV4(), fc.constantFrom('camera.local', '[fe80::1]', 'a@b', '', '::1'));
    const url = fc
      .tuple(fc.constantFrom('http', 'https', 'HTTP', 'ftp'), host, fc.constantFrom('', ':80', ':99999', ':'))
      .map(([scheme, name, port]) => `${scheme}://${name}${port}/x`);
    const word = fc.oneof(url, fc.string({ maxLength: 30 }));
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), fc.ipV4(), (words, sender) => {
        const chosen = chooseUrl(words.join(' '), sender);
        if (chosen !== undefined) expect(new URL(chosen).hostname).toBe(sender);
      }),
    );
  });
});
