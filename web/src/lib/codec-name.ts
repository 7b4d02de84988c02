/** The name people know of the first codec in a MIME type or codec string: `video/mp4; codecs="hvc1.1.6…"` → `H.265`. */
export function codecName(mimeOrCodec: string | undefined): string | undefined {
  if (mimeOrCodec === undefined) return undefined;
  if (/\b(?:hvc1|hev1)\b|h\.?265|hevc/i.test(mimeOrCodec)) return 'H.265';
  if (/\b(?:avc1|avc3)\b|h\.?264/i.test(mimeOrCodec)) return 'H.264';
  if (/\bav01\b/i.test(mimeOrCodec)) return 'AV1';
  return undefined;
}
