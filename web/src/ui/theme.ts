/** Light, dark, or as the device wishes: remembered on this device, applied to <html> before the first drawing. */
import { storedChoice } from '../lib/stored-choice.ts';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const choice = storedChoice<Theme>('pantau.theme', THEMES);

export function readTheme(): Theme {
  return choice.read() ?? 'system';
}

export function chooseTheme(theme: Theme): void {
  choice.write(theme);
  applyTheme(theme);
}

export function applyTheme(theme: Theme): void {
  const root = document.documentElement;
  if (theme === 'system') delete root.dataset['theme'];
  else root.dataset['theme'] = theme;
}
