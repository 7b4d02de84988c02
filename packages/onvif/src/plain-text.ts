/** One line of at most `maxLength` characters without control characters; undefined when nothing is left. */
export function plainText(text: string | undefined, maxLength: number): string | undefined {
  const plain = text
    ?.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, maxLength)
    .toWellFormed();
  return plain === '' ? undefined : plain;
}
