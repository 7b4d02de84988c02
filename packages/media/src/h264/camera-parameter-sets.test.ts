/** Every SPS that we know of real cameras: what it decodes to, and what the engine makes of it. */
import { describe, expect, it } from 'vitest';
import { formatCodecString } from './decoder-config.ts';
import { ParameterSets } from './parameter-sets.ts';
import { parseSps } from './sps.ts';
import { PPS } from './testing-packetizer.ts';
import { SPS_FIXTURES, fixtureBytes } from './testing-sps.ts';

describe('H.264 parameter sets of real cameras', () => {
  it('are forty-two, each with a name of its own', () => {
    expect(new Set(SPS_FIXTURES.map(({ camera }) => camera)).size).toBe(42);
  });

  it.each(SPS_FIXTURES)('$camera: $taught', (fixture) => {
    const sps = parseSps(fixtureBytes(fixture));
    expect([sps.width, sps.height]).toEqual(fixture.size);
    if (fixture.codedHeight !== undefined) expect(sps.codedHeight).toBe(fixture.codedHeight);
    expect(formatCodecString(sps)).toBe(`avc1.${fixture.profile}`);
    expect(sps.frameMbsOnly).toBe(fixture.interlaced !== true);
    if (fixture.fps === undefined) expect(sps.vui?.fps).toBeUndefined();
    else expect(sps.vui?.fps).toBeCloseTo(fixture.fps, 2);
  });

  it.each(SPS_FIXTURES)('$camera: the same set with stray bytes behind it is no change', (fixture) => {
    const bytes = fixtureBytes(fixture);
    const sets = new ParameterSets();
    sets.add(bytes);
    sets.add(PPS);
    const before = sets.findConfig(0);
    expect(before?.config.codecString).toBe(`avc1.${fixture.profile}`);
    sets.add(Buffer.concat([bytes, Buffer.from('0404', 'hex')]));
    expect(sets.findConfig(0)).toBe(before);
  });
});
