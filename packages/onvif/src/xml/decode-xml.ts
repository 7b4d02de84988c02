/**
 * The bytes of an XML document as text that a strict reader takes. Devices declare encodings that they do not use, put bytes
 * before the declaration, end with the zero of a C string and forget to escape `&` in addresses.
 */

const REFERENCE = /^&(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-f]{1,6});/i;
const LONGEST_REFERENCE = 10;

/** Never fails: what cannot be decoded becomes U+FFFD. What stands before the first `<`, and the XML declaration, is left out. */
export function decodeXml(bytes: Uint8Array): string {
  const text = decode(bytes);
  const start = text.indexOf('<');
  if (start < 0) return '';
  const end = text.startsWith('<?xml', start) ? text.indexOf('?>', start) : -1;
  const body = end < 0 ? text.slice(start) : text.slice(end + 2);
  return escapeLooseAmpersands(body.replace(/[^\P{Cc}\t\n\r]|[\u{fffe}\u{ffff}]/gu, ' '));
}

/** Cheap and without decoding: whether it looks like the page of a web server. */
export function looksLikeWebPage(text: string): boolean {
  return /^\s*<(?:!doctype\s+html|html|head|body)\b/i.test(text.slice(0, 1000));
}

function decode(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  const head = Buffer.from(bytes.subarray(0, 200)).toString('latin1');
  const declared = /<\?xml[^>]*?\bencoding\s*=\s*["']([\w.:-]{1,40})["']/i.exec(head)?.[1] ?? 'utf-8';
  // A declaration that can be read byte by byte is not in UTF-16, whatever it says.
  return createDecoder(/^utf-?16|ucs-?2/i.test(declared) ? 'utf-8' : declared).decode(bytes);
}

function createDecoder(label: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(label);
  } catch {
    return new TextDecoder('utf-8');
  }
}

/** What is neither a character reference nor one of the five entities is text: there are no other entities here. */
function escapeLooseAmpersands(text: string): string {
  let result = '';
  let from = 0;
  for (;;) {
    const section: number = text.indexOf('<![CDATA[', from);
    const end: number = section < 0 ? -1 : text.indexOf(']]>', section);
    // A section without an end is looked for once: the rest of the text has none either.
    if (end < 0) return result + escapeIn(text.slice(from));
    result += escapeIn(text.slice(from, section)) + text.slice(section, end + 3);
    from = end + 3;
  }
}

function escapeIn(text: string): string {
  return text.replace(/&/g, (_match, index: number) =>
    REFERENCE.test(text.slice(index, index + LONGEST_REFERENCE)) ? '&' : '&amp;',
  );
}
