/** Every maker whose habits the fake camera can play. */
import { DAHUA_MAKERS } from './dahua.ts';
import { HIKVISION_MAKERS } from './hikvision.ts';
import type { Maker } from './maker.ts';
import { OPEN_FIRMWARE_MAKERS } from './open-firmware.ts';
import { PROFESSIONAL_MAKERS } from './professional.ts';
import { REOLINK_MAKERS } from './reolink.ts';
import { SHARED_SDK_MAKERS } from './shared-sdk.ts';
import { TP_LINK_MAKERS } from './tp-link.ts';
import { UNIVIEW_MAKERS } from './uniview.ts';
import { XIONGMAI_MAKERS } from './xiongmai.ts';

export const MAKERS: readonly Maker[] = [
  ...HIKVISION_MAKERS,
  ...DAHUA_MAKERS,
  ...TP_LINK_MAKERS,
  ...REOLINK_MAKERS,
  ...XIONGMAI_MAKERS,
  ...UNIVIEW_MAKERS,
  ...SHARED_SDK_MAKERS,
  ...PROFESSIONAL_MAKERS,
  ...OPEN_FIRMWARE_MAKERS,
];

/** @throws Error when there is no such maker; it names those there are. */
export function findMaker(name: string): Maker {
  const maker = MAKERS.find((one) => one.name === name);
  if (maker !== undefined) return maker;
  throw new Error(`there is no maker "${name}", but ${MAKERS.map((one) => one.name).join(', ')}`);
}
