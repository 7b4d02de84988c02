/** Numbers, times and ages in the visitor's language. Times are the camera's: in its zone, with the zone's name. */
import type { LanguageCode } from '../locales/languages.ts';

const TAGS: Readonly<Record<LanguageCode, string>> = { id: 'id-ID', en: 'en-GB' };

/** Indonesia's zones have names of their own that English locale data lacks. */
const ZONE_NAMES: Readonly<Record<string, string>> = {
  'Asia/Jakarta': 'WIB',
  'Asia/Pontianak': 'WIB',
  'Asia/Makassar': 'WITA',
  'Asia/Ujung_Pandang': 'WITA',
  'Asia/Jayapura': 'WIT',
};

/** `1234` → `1,2 rb` / `1.2K`. */
export function formatCount(count: number, language: LanguageCode): string {
  return new Intl.NumberFormat(TAGS[language], { notation: 'compact', maximumFractionDigits: 1 }).format(
    count,
  );
}

/** `4.2` → `4,2`. */
export function formatDecimal(value: number, language: LanguageCode): string {
  return new Intl.NumberFormat(TAGS[language], { maximumFractionDigits: 1 }).format(value);
}

/**
 * `10.42 WIB` today, `22 Nov 10.42 WIB` on another day of the camera's zone.
 * @param zone IANA name; an unknown one falls back to the visitor's own zone
 */
export function formatMoment(atMs: number, nowMs: number, zone: string, language: LanguageCode): string {
  const timeZone = isZone(zone) ? zone : undefined;
  const isToday = dayOf(atMs, timeZone) === dayOf(nowMs, timeZone);
  const text = new Intl.DateTimeFormat(TAGS[language], {
    ...(isToday ? {} : { day: 'numeric', month: 'short' }),
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(timeZone === undefined ? {} : { timeZone }),
  }).format(atMs);
  const name = timeZone === undefined ? undefined : ZONE_NAMES[timeZone];
  return name === undefined ? text : `${text} ${name}`;
}

/** An age split for the messages `age.*`: seconds to a minute, then minutes, hours, days. */
export function splitAge(ageS: number): { unit: 'seconds' | 'minutes' | 'hours' | 'days'; count: number } {
  const seconds = Math.max(0, Math.floor(ageS));
  if (seconds < 60) return { unit: 'seconds', count: seconds };
  if (seconds < 3600) return { unit: 'minutes', count: Math.floor(seconds / 60) };
  if (seconds < 86_400) return { unit: 'hours', count: Math.floor(seconds / 3600) };
  return { unit: 'days', count: Math.floor(seconds / 86_400) };
}

function dayOf(atMs: number, timeZone: string | undefined): string {
  return new Intl.DateTimeFormat('en-CA', {
    ...(timeZone === undefined ? {} : { timeZone }),
    dateStyle: 'short',
  }).format(atMs);
}

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
