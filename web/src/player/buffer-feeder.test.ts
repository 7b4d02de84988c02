import { describe, expect, it } from 'vitest';
import { BufferFeeder } from './buffer-feeder.ts';
import { FakeSourceBuffer, ranges } from './testing/fake-media.ts';

function openFeeder(positionS = 0) {
  const buffer = new FakeSourceBuffer();
  const failures: string[] = [];
  let appended = 0;
  const place = { positionS };
  const feeder = new BufferFeeder(buffer, {
    maxPendingBytes: 100,
    keepBehindS: 4,
    trimAtS: 8,
    positionS: () => place.positionS,
    onAppended: () => appended++,
    onFailed: (why) => failures.push(why),
  });
  return { buffer, feeder, failures, place, appended: () => appended };
}

describe('BufferFeeder', () => {
  it('appends one after the other, and changes the type in its place', () => {
    const { buffer, feeder, appended } = openFeeder();
    feeder.append(new ArrayBuffer(1));
    feeder.append(new ArrayBuffer(2));
    feeder.changeType('video/b');
    feeder.append(new ArrayBuffer(3));
    expect(buffer.log).toEqual(['append 1']);
    buffer.finish();
    buffer.finish();
    expect(buffer.log).toEqual(['append 1', 'append 2', 'type video/b', 'append 3']);
    buffer.finish();
    expect(appended()).toBe(3);
    expect(feeder.pendingBytes).toBe(0);
  });

  it('cuts what was played, a while behind the picture', () => {
    const { buffer, feeder, place } = openFeeder();
    feeder.append(new ArrayBuffer(1));
    buffer.finish(ranges([0, 20]));
    place.positionS = 8;
    feeder.append(new ArrayBuffer(1));
    expect(buffer.log).toEqual(['append 1', 'append 1']);
    place.positionS = 8.5;
    buffer.finish();
    expect(buffer.log.at(-1)).toBe('remove 0-4.5');
  });

  it('gives up when more waits than it may hold', () => {
    const { buffer, feeder, failures } = openFeeder();
    feeder.append(new ArrayBuffer(60));
    feeder.append(new ArrayBuffer(60));
    feeder.append(new ArrayBuffer(60));
    expect(failures).toEqual(['overrun']);
    buffer.finish();
    expect(buffer.log).toEqual(['append 60']);
  });

  it('makes room once when the browser has none, then appends what waited', () => {
    const { buffer, feeder, failures, place } = openFeeder();
    feeder.append(new ArrayBuffer(1));
    buffer.finish(ranges([0, 20]));
    place.positionS = 5;
    buffer.nextError = new DOMException('full', 'QuotaExceededError');
    feeder.append(new ArrayBuffer(7));
    expect(buffer.log.at(-1)).toBe('remove 0-4');
    buffer.finish();
    expect(buffer.log.at(-1)).toBe('append 7');
    expect(failures).toEqual([]);
  });

  it('gives up when there is nothing left to cut', () => {
    const { buffer, feeder, failures } = openFeeder();
    buffer.nextError = new DOMException('full', 'QuotaExceededError');
    feeder.append(new ArrayBuffer(7));
    expect(failures).toEqual(['full']);
  });

  it.each([
    ['an append that throws', (buffer: FakeSourceBuffer) => (buffer.nextError = new Error('bad'))],
    ['an error event', (buffer: FakeSourceBuffer) => buffer.dispatchEvent(new Event('error'))],
  ])('reports a decoder failure once: %s', (_name, harm) => {
    const { buffer, feeder, failures } = openFeeder();
    harm(buffer);
    feeder.append(new ArrayBuffer(1));
    buffer.dispatchEvent(new Event('error'));
    expect(failures).toEqual(['decode']);
  });
});
