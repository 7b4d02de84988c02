import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { embeddedAddresses, plainAddress } from './ip-address.ts';
import { createAddressRule, refuseAddressLiteral } from './source-address.ts';
import { parseSourceUrl } from './source-url.ts';

const OWN = { ownPort: () => 3000, ownAddresses: () => ['192.168.7.1', 'fe80::7%eth0', '2001:db8::7'] };
const rule = createAddressRule({ allowed: [], ...OWN });
const withLoopback = createAddressRule({ allowed: ['loopback'], ...OWN });

/** Ranges in which no camera may be, as first address and number of free low bits. */
const REFUSED_RANGES: readonly (readonly [first: number, freeBits: number])[] = [
  [0x00000000, 24],
  [0x7f000000, 24],
  [0xa9fe0000, 16],
  [0xe0000000, 28],
  [0xffffffff, 0],
];
const dotted = (value: number) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join('.');
const refusedNumber = fc
  .constantFrom(...REFUSED_RANGES)
  .chain(([first, bits]) => fc.integer({ min: 0, max: 2 ** bits - 1 }).map((low) => first + low));
const hex = (value: number) => value.toString(16);

/** IPv6 addresses by which an IPv4 address may be reached. */
const DISGUISES: readonly ((value: number) => string)[] = [
  (value) => `::ffff:${dotted(value)}`,
  (value) => `0:0:0:0:0:ffff:${hex(value >>> 16)}:${hex(value & 0xffff)}`,
  (value) => `::${dotted(value)}`,
  (value) => `::ffff:0:${dotted(value)}`,
  (value) => `64:ff9b::${dotted(value)}`,
  (value) => `64:ff9b:1::${dotted(value)}`,
  (value) => `2002:${hex(value >>> 16)}:${hex(value & 0xffff)}::1`,
];

/** Spellings that resolvers and URL parsers take for an IPv4 address. */
const SPELLINGS: readonly ((value: number) => string)[] = [
  dotted,
  String,
  (value) => `0x${hex(value)}`,
  (value) => `0${value.toString(8)}`,
  (value) => `${value >>> 24}.${value & 0xffffff}`,
  (value) => `0x${hex(value >>> 24)}.0${((value >>> 16) & 0xff).toString(8)}.${value & 0xffff}`,
];

describe('where cameras may be', () => {
  it.each([
    ['192.168.1.10', true],
    ['10.0.0.5', true],
    ['172.16.0.1', true],
    ['100.64.0.9', true],
    ['203.0.113.9', true],
    ['fd12:3456::1', true],
    ['2001:db8::1', true],
    ['::ffff:192.168.1.10', true],
    ['64:ff9b::192.168.1.10', true],
    ['127.0.0.1', false],
    ['127.255.255.254', false],
    ['::1', false],
    ['::', false],
    ['0.0.0.0', false],
    ['169.254.169.254', false],
    ['fe80::1', false],
    ['fe80::1%eth0', false],
    ['febf::1', false],
    ['224.0.0.251', false],
    ['ff02::fb', false],
    ['255.255.255.255', false],
    ['100.100.100.200', false],
    ['fd00:ec2::254', false],
    ['localhost', false],
    ['', false],
    ['not an address', false],
    ['127.1', false],
  ])('%s: %s', (address, isAllowed) => {
    expect(rule(address, 554)).toBe(isAllowed);
  });

  it('sees through every disguise of a refused IPv4 address', () => {
    fc.assert(
      fc.property(refusedNumber, fc.constantFrom(...DISGUISES), (value, disguise) => {
        expect(rule(dotted(value), 554)).toBe(false);
        expect(rule(disguise(value), 554)).toBe(false);
      }),
    );
  });

  it('judges a disguised address as the plain one, and never throws', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.nat({ max: DISGUISES.length - 1 }), (address, which) => {
        const value = address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
        const disguised = DISGUISES[which]?.(value) ?? '';
        // `::0.0.0.1` is the loopback address itself.
        fc.pre(plainAddress(disguised) !== plainAddress('::1'));
        expect(rule(disguised, 554)).toBe(rule(address, 554));
      }),
    );
    fc.assert(fc.property(fc.string(), fc.nat(), (text, port) => typeof rule(text, port) === 'boolean'));
    fc.assert(fc.property(fc.ipV6(), (text) => embeddedAddresses(plainAddress(text) ?? text).length > 0));
  });

  it('allows what the setting names, and no more', () => {
    const wide = createAddressRule({ allowed: ['linklocal', '224.1.0.0/16', '::1'], ...OWN });
    expect(
      ['169.254.1.1', 'fe80::9', '224.1.2.3', '::1', '::ffff:169.254.1.1'].map((each) => wide(each, 554)),
    ).toEqual([true, true, true, true, true]);
    expect(['127.0.0.1', '224.2.0.1', '64:ff9b::169.254.1.1'].map((each) => wide(each, 554))).toEqual([
      false,
      false,
      false,
    ]);
    expect(['127.9.9.9', '::1', '::ffff:127.0.0.1'].map((each) => withLoopback(each, 554))).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('never leads to the port of the server itself, whatever the setting says', () => {
    const everything = createAddressRule({ allowed: ['0.0.0.0/0', '::/0'], ...OWN });
    for (const address of [
      '127.0.0.1',
      '127.3.2.1',
      '::1',
      '0.0.0.0',
      '::',
      '192.168.7.1',
      '::ffff:192.168.7.1',
      '64:ff9b::192.168.7.1',
      '2001:db8:0:0::7',
      'fe80::7%eth1',
    ]) {
      expect([address, everything(address, 3000), everything(address, 554)]).toEqual([address, false, true]);
    }
    expect(everything('192.168.7.2', 3000)).toBe(true);
  });

  it('knows no own port before the server listens', () => {
    const early = createAddressRule({ ...OWN, allowed: [], ownPort: () => undefined });
    expect(early('192.168.7.1', 3000)).toBe(true);
  });

  it('takes the addresses of the network interfaces by itself', () => {
    const real = createAddressRule({ allowed: ['loopback'], ownPort: () => 3000 });
    expect([real('127.0.0.1', 3000), real('127.0.0.1', 3001)]).toEqual([false, true]);
  });
});

describe('an address in a camera URL', () => {
  const refused = { code: 'CAMERA_INVALID' };
  const check = (url: string, by = rule) => refuseAddressLiteral(by, parseSourceUrl(url).url);

  it.each([
    'rtsp://127.0.0.1/x',
    'rtsp://admin:pw@127.0.0.1:8554/x',
    'rtsp://0x7f000001/',
    'rtsp://2130706433/',
    'rtsp://017700000001/',
    'rtsp://127.1/',
    'rtsp://[::ffff:127.0.0.1]/',
    'rtsp://[::1]:554',
    'rtsp://[::]/',
    'rtsp://0/',
    'rtsp://169.254.169.254/latest/meta-data',
    'rtsp://localhost:8554/x',
    'rtsp://LOCALHOST/x',
    'rtsp://192.168.7.1:3000/x',
    'rtsp://[2001:db8::7]:3000/x',
  ])('%s is refused at once', (url) => {
    expect(() => check(url)).toThrowError(expect.objectContaining(refused));
  });

  it.each([
    'rtsp://192.168.7.1/x',
    'rtsp://10.0.0.5:8554/x',
    'rtsp://camera.example/x',
    'rtsp://cam_2.local',
  ])('%s is not', (url) => {
    expect(() => check(url)).not.toThrow();
  });

  it('is refused in every spelling', () => {
    fc.assert(
      fc.property(refusedNumber, fc.constantFrom(...SPELLINGS), (value, spell) => {
        expect(() => check(`rtsp://${spell(value)}:8554/x`)).toThrowError(expect.objectContaining(refused));
      }),
    );
  });

  it('may be loopback when the operator says so', () => {
    expect(() => check('rtsp://127.0.0.1:8554/x', withLoopback)).not.toThrow();
    expect(() => check('rtsp://127.0.0.1:3000/x', withLoopback)).toThrowError(
      expect.objectContaining(refused),
    );
  });
});
