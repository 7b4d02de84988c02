import { storedChoice } from '../lib/stored-choice.ts';
import { DELIVERY_MODES, type DeliveryMode } from './delivery-mode.ts';

const choice = storedChoice<DeliveryMode>('pantau.mode', DELIVERY_MODES);

/** The way of watching this device's owner last chose; plain HLS at first. */
export function readPreferredMode(): DeliveryMode {
  return choice.read() ?? 'hls';
}

export function rememberPreferredMode(mode: DeliveryMode): void {
  choice.write(mode);
}
