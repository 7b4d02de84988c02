/** Small H.265 units and RTP payloads made to order, for tests. */

/** VPS, SPS (Main, 704×480) and PPS, as a Dahua and x265 write them. */
export const VPS = Buffer.from('40010c01ffff016000000300900000030000030078959809', 'hex');
export const SPS = Buffer.from('QgEBAWAAAAMAsAAAAwAAAwBaoAWCAeFja5JFL83BQYFBAAADAAEAAAMADKE=', 'base64');
export const PPS = Buffer.from('4401c172b46240', 'hex');
/** SPS of another camera, 640×368, same number. */
export const OTHER_SPS = Buffer.from('QgEBAWAAAAMAkAAAAwAAAwA/oAUCAXFlLkkyS7I=', 'base64');

/** Types of slices (table 7-1). */
export const SLICE = { trail: 1, radl: 6, rasl: 8, bla: 16, idr: 19, cra: 21 } as const;

export interface SliceOptions {
  readonly type?: number;
  /** False: a further slice segment of the picture. */
  readonly first?: boolean;
  readonly kind?: 'i' | 'p' | 'b';
  readonly layer?: number;
  /** Bytes behind the header; zeros in it are replaced so that no start code arises. */
  readonly body?: Uint8Array;
}

const KINDS = { b: '1', p: '010', i: '011' } as const; // ue(v) of 0, 1 and 2

/** A slice NAL unit with a true header up to the slice type, PPS 0, and an invented body. */
export function makeSlice(options: SliceOptions = {}): Buffer {
  const { type = SLICE.trail, first = true, layer = 0, body = Buffer.from('slice') } = options;
  const isKey = type >= 16;
  const kind = options.kind ?? (isKey ? 'i' : 'p');
  // first_slice_segment_in_pic_flag, no_output_of_prior_pics_flag, PPS number, slice type
  const bits = `${first ? '1' : '0'}${isKey ? '0' : ''}1${first ? KINDS[kind] : ''}`;
  const header = Number.parseInt(bits.padEnd(8, '1'), 2);
  return Buffer.concat([
    unitHeader(type, layer),
    Buffer.from([header, ...Array.from(body, (byte) => byte || 1)]),
  ]);
}

export function unitHeader(type: number, layer = 0): Buffer {
  return Buffer.from([(type << 1) | (layer >> 5), ((layer & 31) << 3) | 1]);
}

/** One aggregation packet of these units (RFC 7798 section 4.4.2), with decoding order numbers when asked for. */
export function makeAggregate(units: readonly Uint8Array[], hasNumbers = false): Buffer {
  const parts = units.flatMap((unit, index) => [
    hasNumbers ? Buffer.alloc(index === 0 ? 2 : 1, 9) : Buffer.alloc(0),
    Buffer.from([unit.length >> 8, unit.length & 0xff]),
    unit,
  ]);
  return Buffer.concat([unitHeader(48), ...parts]);
}

/** Fragmentation units of a unit, each with at most `size` bytes of it (RFC 7798 section 4.4.3). */
export function makeFragments(unit: Uint8Array, size: number, hasNumbers = false): Buffer[] {
  const payloads: Buffer[] = [];
  const type = ((unit[0] ?? 0) >> 1) & 63;
  for (let at = 2; at < unit.length; at += size) {
    const start = at === 2 ? 0x80 : 0;
    const end = at + size >= unit.length ? 0x40 : 0;
    payloads.push(
      Buffer.concat([
        Buffer.from([((unit[0] ?? 0) & 0x81) | (49 << 1), unit[1] ?? 0, start | end | type]),
        hasNumbers && start !== 0 ? Buffer.alloc(2, 9) : Buffer.alloc(0),
        unit.subarray(at, at + size),
      ]),
    );
  }
  return payloads;
}

/** A PACI packet around a payload (RFC 7798 section 4.4.4), with `extension` bytes before it. */
export function makePaci(payload: Uint8Array, extension = Buffer.alloc(0)): Buffer {
  const type = ((payload[0] ?? 0) >> 1) & 63;
  const fields = (((payload[0] ?? 0) & 0x80) << 8) | (type << 9) | (extension.length << 4);
  return Buffer.concat([
    Buffer.from([50 << 1, payload[1] ?? 0, fields >> 8, fields & 0xff]),
    extension,
    payload.subarray(2),
  ]);
}
