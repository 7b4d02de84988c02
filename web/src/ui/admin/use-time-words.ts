import { formatMoment, splitAge } from '../../lib/format.ts';
import { formatDay, formatStamp } from '../../lib/format-time.ts';
import { useAdminText } from '../../locales/admin-texts.ts';
import { useNow } from '../use-now.ts';

const AGE_WORDS = {
  seconds: 'time.justNow',
  minutes: 'time.minutesAgo',
  hours: 'time.hoursAgo',
  days: 'time.daysAgo',
} as const;

export interface TimeWords {
  /** `5 menit lalu`. */
  readonly ago: (iso: string) => string;
  /** `10.42 WIB`, or with its day. */
  readonly moment: (iso: string) => string;
  readonly day: (iso: string) => string;
  /** To the second. */
  readonly stamp: (iso: string) => string;
}

/** Times in words, in the zone of this device; ages go on while the page is shown. */
export function useTimeWords(): TimeWords {
  const { t, language } = useAdminText();
  const nowMs = useNow(30_000);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return {
    ago: (iso) => {
      const { unit, count } = splitAge((nowMs - Date.parse(iso)) / 1000);
      return t(AGE_WORDS[unit], { count });
    },
    moment: (iso) => formatMoment(Date.parse(iso), nowMs, zone, language),
    day: (iso) => formatDay(Date.parse(iso), zone, language),
    stamp: (iso) => formatStamp(Date.parse(iso), zone, language),
  };
}
