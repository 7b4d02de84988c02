/**
 * PostgreSQL keeps neither NUL nor half a surrogate pair in text: a stranger who calls himself so would have no entry at
 * all. Both become U+FFFD, in what is written and in what is looked for.
 */
export function storableText(text: string): string {
  return text.replaceAll('\0', '\ufffd').toWellFormed();
}
