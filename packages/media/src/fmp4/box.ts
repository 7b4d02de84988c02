/**
 * Building blocks of ISO base media boxes (ISO/IEC 14496-12 section 4.2), for the init segment.
 * Init segments are made once per configuration, so clarity counts here; `fragment.ts`, which runs for every
 * frame of every camera, writes into one allocation instead.
 */

/** A box: 32-bit size, four-character type, content. */
export function box(type: string, ...content: readonly Uint8Array[]): Buffer {
  const header = Buffer.alloc(8);
  const size = content.reduce((sum, part) => sum + part.length, 8);
  header.writeUInt32BE(size, 0);
  header.write(type, 4, 4, 'latin1');
  return Buffer.concat([header, ...content], size);
}

/** A box that starts with an 8-bit version and 24-bit flags. */
export function fullBox(
  type: string,
  version: number,
  flags: number,
  ...content: readonly Uint8Array[]
): Buffer {
  return box(type, u32(((version << 24) | flags) >>> 0), ...content);
}

/** 8-bit unsigned integers. */
export function u8(...values: readonly number[]): Buffer {
  return Buffer.from(values);
}

/** 16-bit unsigned integers, big endian. */
export function u16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, index) => bytes.writeUInt16BE(value, index * 2));
  return bytes;
}

/** 32-bit unsigned integers, big endian. */
export function u32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeUInt32BE(value, index * 4));
  return bytes;
}

/** The characters themselves, one byte each. */
export function ascii(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}
