/** Checks that fields of several slices share. `fail` makes the slice's own error of a sentence. */

type Fail = (message: string) => Error;

/** Trims; empty and absent become null. Control characters have no place in a name and are refused. */
export function checkText(
  field: string,
  value: string | null | undefined,
  maxLength: number,
  fail: Fail,
): string | null {
  const text = value?.trim() ?? '';
  if (text === '') return null;
  if (text.length > maxLength) throw fail(`${field} must have at most ${maxLength} characters`);
  if (/[\p{Cc}\u2028\u2029]/u.test(text.replaceAll('\n', '')))
    throw fail(`${field} must not contain control characters`);
  return text;
}

/** Both or neither, within the globe. */
export function checkCoordinates(latitude: number | null, longitude: number | null, fail: Fail): void {
  if ((latitude === null) !== (longitude === null)) throw fail('latitude and longitude belong together');
  if (latitude === null || longitude === null) return;
  if (!(latitude >= -90 && latitude <= 90)) throw fail('latitude must be a number from -90 to 90');
  if (!(longitude >= -180 && longitude <= 180)) throw fail('longitude must be a number from -180 to 180');
}

/** An IANA zone that this Node.js knows. */
export function checkTimezone(zone: string, fail: Fail): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    throw fail(`timezone must be an IANA zone such as Asia/Jakarta, not "${zone.slice(0, 60)}"`);
  }
}
