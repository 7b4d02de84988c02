/** FLV by hand, for tests. */

/** Header and the first back pointer belong together with the first tag: see `flvTag`. */
export function flvHeader(): Buffer {
  return Buffer.from([0x46, 0x4c, 0x56, 1, 5, 0, 0, 0, 9]);
}

/** The size of the tag before (of which nobody makes anything), and a tag. */
export function flvTag(type: number, timeMs: number, body: Buffer): Buffer {
  const head = Buffer.alloc(15);
  head[4] = type;
  head.writeUIntBE(body.length, 5, 3);
  head.writeUIntBE(timeMs & 0xffffff, 8, 3);
  head[11] = (timeMs >>> 24) & 0xff;
  return Buffer.concat([head, body]);
}
