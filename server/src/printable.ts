/**
 * Text from outside, for the operator's terminal: what a camera calls itself or answers may hold codes that would move the
 * cursor or change colours. Line breaks stay.
 */
export function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n]/gu, '\ufffd');
}
