/** Checks that fields of several slices share. `fail` makes the slice's own error of a sentence. */

type Fail = (message: string) => Error;

/**
 * Line breaks, terminal codes, halves of surrogate pairs, marks that turn the text around them so that it reads as another, and
 * spaces without width, which make two names of one.
 */
const INVISIBLE = /[\p{Cc}\p{Cs}\u200b\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff]/u;
/** Of these alone nothing is seen; within a text some join what belongs together. */
const UNSEEN = /\p{Default_Ignorable_Code_Point}/gu;

/** One line of text, trimmed and in Unicode's composed form; empty and absent become null. */
export function checkText(
  field: string,
  value: string | null | undefined,
  maxLength: number,
  fail: Fail,
): string | null {
  const text = value?.trim().normalize('NFC') ?? '';
  if (isUnseen(text)) return null;
  if (text.length > maxLength) throw fail(`${field} must have at most ${maxLength} characters`);
  if (INVISIBLE.test(text)) throw fail(`${field} must not contain line breaks or control characters`);
  return text;
}

/** As `checkText`, with line breaks. */
export function checkParagraphs(
  field: string,
  value: string | null | undefined,
  maxLength: number,
  fail: Fail,
): string | null {
  const text = value?.trim().normalize('NFC').replaceAll('\r\n', '\n') ?? '';
  if (isUnseen(text)) return null;
  if (text.length > maxLength) throw fail(`${field} must have at most ${maxLength} characters`);
  if (INVISIBLE.test(text.replaceAll('\n', ''))) throw fail(`${field} must not contain control characters`);
  return text;
}

function isUnseen(text: string): boolean {
  return text.replace(UNSEEN, '').trim() === '';
}

/** Two names that people take for the same have the same folded form. Databases differ in how they fold, so we do it. */
export function foldName(name: string): string {
  return name.trim().normalize('NFC').toLowerCase();
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
