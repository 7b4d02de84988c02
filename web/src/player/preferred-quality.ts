import { storedChoice } from '../lib/stored-choice.ts';
import { QUALITY_WISHES, type QualityWish } from './rendition-choice.ts';

const choice = storedChoice<QualityWish>('pantau.quality', QUALITY_WISHES);

/** The size this device's owner last chose; by itself at first. */
export function readPreferredQuality(): QualityWish {
  return choice.read() ?? 'auto';
}

export function rememberPreferredQuality(quality: QualityWish): void {
  choice.write(quality);
}
