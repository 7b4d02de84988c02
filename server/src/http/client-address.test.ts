import { describe, expect, it } from 'vitest';
import type { Config } from '../config/config.ts';
import { createClientAddress } from './client-address.ts';

const cases: readonly [
  name: string,
  trust: Config['trustProxy'],
  socket: string,
  forwarded: string | undefined,
  result: string,
][] = [
  ['nobody is trusted', false, '10.0.0.1', '1.2.3.4', '10.0.0.1'],
  ['one proxy', 1, '10.0.0.1', '1.2.3.4', '1.2.3.4'],
  ['one proxy, a visitor who lies', 1, '10.0.0.1', '9.9.9.9, 1.2.3.4', '1.2.3.4'],
  ['two proxies', 2, '10.0.0.1', '9.9.9.9, 1.2.3.4, 10.0.0.2', '1.2.3.4'],
  ['more proxies expected than there are', 3, '10.0.0.1', '1.2.3.4', '1.2.3.4'],
  ['no header', 1, '10.0.0.1', undefined, '10.0.0.1'],
  ['rubbish in the header', 1, '10.0.0.1', 'unknown', '10.0.0.1'],
  ['a range', ['10.0.0.0/8'], '10.0.0.1', '9.9.9.9, 1.2.3.4, 10.3.0.2', '1.2.3.4'],
  ['a stranger in front', ['10.0.0.0/8'], '5.5.5.5', '1.2.3.4', '5.5.5.5'],
  ['a named range, mapped IPv4', ['loopback'], '::ffff:127.0.0.1', '1.2.3.4', '1.2.3.4'],
  ['a mapped IPv4 visitor of a proxy', 1, '10.0.0.1', '::FFFF:1.2.3.4', '1.2.3.4'],
  ['a mapped IPv4 visitor of ours', false, '::ffff:1.2.3.4', undefined, '1.2.3.4'],
  ['IPv6', ['::1'], '::1', '2001:db8::7', '2001:db8::7'],
];

describe('createClientAddress', () => {
  it.each(cases)('%s', (_name, trust, remoteAddress, forwarded, result) => {
    const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
    expect(createClientAddress(trust)({ headers, socket: { remoteAddress } })).toBe(result);
  });
});
