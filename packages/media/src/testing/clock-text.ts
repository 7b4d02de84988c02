/** Date and time as CCTV recorders print them, with Indonesia's zone names. */
const ZONE_NAMES: Readonly<Record<string, string>> = {
  'Asia/Jakarta': 'WIB',
  'Asia/Pontianak': 'WIB',
  'Asia/Makassar': 'WITA',
  'Asia/Jayapura': 'WIT',
};

const formats = new Map<string, Intl.DateTimeFormat>();

/** `23-11-2026 15:04:05 WIB`. @param timeZone an IANA name. @throws RangeError when there is no such zone. */
export function formatClock(wallMs: number, timeZone: string): string {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
      timeZoneName: 'short',
    });
    formats.set(timeZone, format);
  }
  const part = new Map(format.formatToParts(wallMs).map(({ type, value }) => [type, value]));
  const text = (name: Intl.DateTimeFormatPartTypes) => part.get(name) ?? '';
  const zone = ZONE_NAMES[timeZone] ?? text('timeZoneName');
  return `${text('day')}-${text('month')}-${text('year')} ${text('hour')}:${text('minute')}:${text('second')} ${zone}`;
}
