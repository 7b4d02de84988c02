import { describe, expect, it } from 'vitest';
import { RtpWriter } from './rtp-writer.ts';

describe('RtpWriter', () => {
  it('numbers packets without a gap, with one time and one marker per picture', () => {
    const writer = new RtpWriter(90_000);
    const packets = [
      ...writer.write([Buffer.from('a'), Buffer.from('b')], 1),
      ...writer.write([Buffer.from('c')], 1.04),
    ];
    const sequence = packets.map((packet) => packet.readUInt16BE(2));
    expect(sequence.map((value) => (value - (sequence[0] ?? 0)) & 0xffff)).toEqual([0, 1, 2]);
    expect(packets.map((packet) => (packet[1] ?? 0) >> 7)).toEqual([0, 1, 1]);
    const times = packets.map((packet) => packet.readUInt32BE(4));
    expect(times.map((time) => (time - (times[0] ?? 0)) >>> 0)).toEqual([0, 0, 3600]);
  });

  it('goes on after a break of media time, never back', () => {
    const writer = new RtpWriter(90_000);
    const [before] = [...writer.write([Buffer.from('a')], 5000)];
    writer.break();
    const [after] = [...writer.write([Buffer.from('b')], 3)];
    const [later] = [...writer.write([Buffer.from('c')], 4)];
    const step = (a?: Buffer, b?: Buffer) => ((b?.readUInt32BE(4) ?? 0) - (a?.readUInt32BE(4) ?? 0)) >>> 0;
    expect(step(before, after)).toBe(3600);
    expect(step(after, later)).toBe(90_000);
  });

  it('wraps at 32 bits', () => {
    const writer = new RtpWriter(90_000);
    const [first] = [...writer.write([Buffer.from('a')], 0)];
    const [last] = [...writer.write([Buffer.from('a')], 2 ** 32 / 90_000 + 1)];
    expect(((last?.readUInt32BE(4) ?? 0) - (first?.readUInt32BE(4) ?? 0)) >>> 0).toBe(90_000);
  });
});
