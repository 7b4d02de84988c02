/** Times of the administration: in the zone of the person who reads them, with the zone's name where it has one. */
import type { LanguageCode } from '../locales/languages.ts';
import { formatMoment } from './format.ts';

const TAGS: Readonly<Record<LanguageCode, string>> = { id: 'id-ID', en: 'en-GB' };

/** `25 Nov 2026`. */
export function formatDay(atMs: number, zone: string, language: LanguageCode): string {
  return new Intl.DateTimeFormat(TAGS[language], {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: zone,
  }).format(atMs);
}

/** `25 Nov 2026, 10.42.07 WIB`: to the second, for what is read as evidence. */
export function formatStamp(atMs: number, zone: string, language: LanguageCode): string {
  const text = new Intl.DateTimeFormat(TAGS[language], {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZone: zone,
  }).format(atMs);
  const name = / (?<zone>WIB|WITA|WIT)$/.exec(formatMoment(atMs, atMs, zone, language))?.groups?.['zone'];
  return name === undefined ? text : `${text} ${name}`;
}

/**
 * First and last moment of calendar days in the reader's own zone, as the API takes them.
 * @param from,to `2026-11-25`, or anything else for no bound
 */
export function dayRange(from: string | undefined, to: string | undefined): { from?: string; to?: string } {
  const start = startOfDay(from);
  const end = startOfDay(to);
  // The next midnight, not 24 hours: days of clock changes are longer or shorter.
  end?.setDate(end.getDate() + 1);
  return {
    ...(start === undefined ? {} : { from: start.toISOString() }),
    ...(end === undefined ? {} : { to: new Date(end.getTime() - 1).toISOString() }),
  };
}

function startOfDay(day: string | undefined): Date | undefined {
  if (day === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(day)) return undefined;
  const date = new Date(`${day}T00:00:00`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
