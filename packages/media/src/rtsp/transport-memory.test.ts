import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { expect, test } from 'vitest';
import { TransportMemory } from './transport-memory.ts';

const source = (transport: 'auto' | 'tcp' | 'udp' | 'http' | undefined, url = 'rtsp://cam/1') => ({
  url,
  username: undefined,
  password: undefined,
  transport,
});

test.each([
  [undefined, ['tcp', 'udp']],
  ['auto', ['tcp', 'udp']],
  ['udp', ['udp', 'tcp']],
  ['tcp', ['tcp']],
  ['http', ['tcp']],
] as const)('%s tries %j', (transport, order) => {
  expect(new TransportMemory().order(source(transport), new VirtualClock())).toEqual(order);
});

test.each([
  ['auto', ['tcp']],
  ['udp', ['udp', 'tcp']],
] as const)('inside TLS %s tries %j: media leaves it only when that was asked for', (transport, order) => {
  const clock = new VirtualClock();
  expect(new TransportMemory().order(source(transport, 'rtsps://cam/1'), clock)).toEqual(order);
});

test('what worked is tried first for an hour', async () => {
  const clock = new VirtualClock();
  const memory = new TransportMemory();
  memory.worked(source('auto'), 'udp', clock);
  expect(memory.order(source('auto'), clock)).toEqual(['udp', 'tcp']);
  expect(memory.order(source('auto', 'rtsp://cam/2'), clock)).toEqual(['tcp', 'udp']);
  expect(memory.order(source('tcp'), clock)).toEqual(['tcp']);
  await clock.advance(1_800_000);
  // working on does not lengthen the hour
  memory.worked(source('auto'), 'udp', clock);
  await clock.advance(1_800_000);
  expect(memory.order(source('auto'), clock)).toEqual(['tcp', 'udp']);
  memory.worked(source('auto'), 'tcp', clock);
  expect(memory.order(source('auto'), clock)).toEqual(['tcp', 'udp']);
});

test('of many sources the longest unused is forgotten', () => {
  const clock = new VirtualClock();
  const memory = new TransportMemory();
  for (let index = 0; index <= 4096; index++)
    memory.worked(source('auto', `rtsp://cam/${index}`), 'udp', clock);
  expect(memory.order(source('auto', 'rtsp://cam/0'), clock)[0]).toBe('tcp');
  expect(memory.order(source('auto', 'rtsp://cam/1'), clock)[0]).toBe('udp');
});
