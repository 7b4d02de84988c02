import { describe, expect, it } from 'vitest';
import { classifyDevice, previewLimit, type DeviceFacts } from './device-class.ts';

const DESKTOP: DeviceFacts = { memoryGb: 8, cores: 8, shortSidePx: 900, isSavingData: false };

describe('previewLimit', () => {
  it.each<[string, Partial<DeviceFacts>, string, number]>([
    ['a desktop', {}, 'desktop', 6],
    ['a desktop that tells nothing', { memoryGb: undefined, cores: undefined }, 'desktop', 6],
    ['a wide screen with little memory', { memoryGb: 2 }, 'tablet', 4],
    ['a phone', { shortSidePx: 390, memoryGb: 4 }, 'phone', 2],
    ['a 2 GB phone', { shortSidePx: 360, memoryGb: 2 }, 'low', 1],
    ['a phone with two cores', { shortSidePx: 360, cores: 2 }, 'low', 1],
  ])('%s', (_name, change, device, limit) => {
    const facts = { ...DESKTOP, ...change };
    expect(classifyDevice(facts)).toBe(device);
    expect(previewLimit(facts)).toBe(limit);
  });

  it('moves nothing by itself for whoever saves data', () => {
    expect(previewLimit({ ...DESKTOP, isSavingData: true })).toBe(0);
  });
});
