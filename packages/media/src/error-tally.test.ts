import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { silentLogger } from '@pantau/base/logger';
import { expect, test } from 'vitest';
import { ErrorTally } from './error-tally.ts';

function setup() {
  const clock = new VirtualClock();
  const lines: object[] = [];
  const logger = {
    ...silentLogger,
    warn: (fields: object, message: string) => void lines.push({ ...fields, message }),
  };
  return { clock, lines, tally: new ErrorTally({ clock, logger, message: 'trouble' }) };
}

test('the first occurrence is reported at once, a flood once a second with its count', async () => {
  const { clock, lines, tally } = setup();
  for (let second = 0; second < 3; second++) {
    for (let index = 0; index < 1000; index++) tally.add(`number ${index}`);
    await clock.advance(1000);
  }
  expect(lines).toEqual([
    { count: 1, total: 1, last: 'number 0', message: 'trouble' },
    { count: 999, total: 1000, last: 'number 999', message: 'trouble' },
    { count: 1000, total: 2000, last: 'number 999', message: 'trouble' },
    { count: 1000, total: 3000, last: 'number 999', message: 'trouble' },
  ]);
});

test('the timer stops when the trouble does, and the next one is reported at once again', async () => {
  const { clock, lines, tally } = setup();
  tally.add('a');
  await clock.advance(1000);
  expect(clock.pendingTimers).toBe(0);
  tally.add('b');
  expect(lines).toHaveLength(2);
  tally.close();
  expect(clock.pendingTimers).toBe(0);
});

test('closing reports what was still counted, once', () => {
  const { lines, tally } = setup();
  tally.add('a');
  tally.add('b');
  tally.close();
  tally.close();
  expect(lines).toEqual([
    { count: 1, total: 1, last: 'a', message: 'trouble' },
    { count: 1, total: 2, last: 'b', message: 'trouble' },
  ]);
  expect(tally.total).toBe(2);
});

test('after closing nothing is said and no timer is set', () => {
  const { clock, lines, tally } = setup();
  tally.close();
  tally.add('late');
  expect(lines).toEqual([]);
  expect(tally.total).toBe(1);
  expect(clock.pendingTimers).toBe(0);
});
