/** How much a device can be asked to do at once. Decided once per page load: hardware does not change under a page. */
export interface DeviceFacts {
  /** `navigator.deviceMemory`, GB; undefined where the browser does not say. */
  readonly memoryGb: number | undefined;
  readonly cores: number | undefined;
  /** Width of the screen's shorter side, CSS px. */
  readonly shortSidePx: number;
  /** The person asked the browser to save data. */
  readonly isSavingData: boolean;
}

export type DeviceClass = 'low' | 'phone' | 'tablet' | 'desktop';

const WIDE_PX = 700;

export function classifyDevice(facts: DeviceFacts): DeviceClass {
  const memoryGb = facts.memoryGb ?? 4;
  if (facts.shortSidePx >= WIDE_PX) return memoryGb <= 2 ? 'tablet' : 'desktop';
  const isWeak = memoryGb <= 2 || (facts.cores ?? 4) <= 2;
  return isWeak ? 'low' : 'phone';
}

const PREVIEW_LIMITS: Readonly<Record<DeviceClass, number>> = { low: 1, phone: 2, tablet: 4, desktop: 6 };

/** Number of small live pictures that may move at once; none while saving data. */
export function previewLimit(facts: DeviceFacts): number {
  return facts.isSavingData ? 0 : PREVIEW_LIMITS[classifyDevice(facts)];
}

/** Seconds of pictures ahead and MB that HLS may hold: small memory is what kills tabs on cheap phones. */
export function hlsBufferBudget(device: DeviceClass): { aheadS: number; megabytes: number } {
  return device === 'low' || device === 'phone'
    ? { aheadS: 12, megabytes: 12 }
    : { aheadS: 20, megabytes: 30 };
}

// Not in TypeScript's DOM library: Chromium only.
interface ChromiumNavigator extends Navigator {
  readonly deviceMemory?: number;
  readonly connection?: { readonly saveData?: boolean };
}

export function readDeviceFacts(): DeviceFacts {
  const browser: ChromiumNavigator = navigator;
  return {
    memoryGb: browser.deviceMemory,
    cores: browser.hardwareConcurrency,
    shortSidePx: Math.min(screen.width, screen.height),
    isSavingData: browser.connection?.saveData === true,
  };
}
