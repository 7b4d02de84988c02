import { Monitor, Moon, Sun } from 'lucide-react';
import { useState } from 'react';
import { useText } from '../locales/use-text.ts';
import { chooseTheme, readTheme, THEMES } from './theme.ts';
import { IconButton } from './icon-button.tsx';

const ICONS = { system: Monitor, light: Sun, dark: Moon } as const;

/** One button that goes round: as the device, light, dark. */
export function ThemeMenu() {
  const { t } = useText();
  const [theme, setTheme] = useState(readTheme);
  const Icon = ICONS[theme];
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system';
  return (
    <IconButton
      label={`${t('header.theme')}: ${t(`theme.${theme}`)}`}
      onClick={() => {
        chooseTheme(next);
        setTheme(next);
      }}
    >
      <Icon size={20} aria-hidden="true" />
    </IconButton>
  );
}
