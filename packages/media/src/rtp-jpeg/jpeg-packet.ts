/** The headers in front of the data of an RTP/JPEG packet (RFC 2435 section 3.1). */

export interface JpegPacket {
  /** Where in the scan the data belongs. */
  readonly offset: number;
  /** 0: colour at half width (4:2:2); 1: at half width and height (4:2:0). */
  readonly sampling: 0 | 1;
  /** 1 to 99: computed tables; from 128: tables in the stream. */
  readonly quality: number;
  /** In pixels; 0 where it does not fit the header. */
  readonly width: number;
  readonly height: number;
  /** MCUs between restart markers, when there are any. */
  readonly restartInterval: number | undefined;
  /** Of the first packet of a picture with tables in the stream: empty when those of before hold. */
  readonly tables: { readonly precision: number; readonly data: Buffer } | undefined;
  /** A view into the packet. */
  readonly data: Buffer;
}

const MAIN_HEADER_BYTES = 8;
const RESTART_HEADER_BYTES = 4;
const TABLES_HEADER_BYTES = 4;
/** Types with a restart header. */
const FIRST_RESTART_TYPE = 64;
/** Qualities whose tables come in the stream. */
export const FIRST_STREAM_QUALITY = 128;

/** Undefined when it is cut off, or of a type that is not in the standard. */
export function parseJpegPacket(payload: Buffer): JpegPacket | undefined {
  if (payload.length < MAIN_HEADER_BYTES) return undefined;
  const type = payload[4] ?? 0;
  const sampling = type & (FIRST_RESTART_TYPE - 1);
  if (type >= 2 * FIRST_RESTART_TYPE || (sampling !== 0 && sampling !== 1)) return undefined;
  const offset = payload.readUIntBE(1, 3);
  const quality = payload[5] ?? 0;
  let at = MAIN_HEADER_BYTES;
  let restartInterval: number | undefined;
  if (type >= FIRST_RESTART_TYPE) {
    if (payload.length < at + RESTART_HEADER_BYTES) return undefined;
    restartInterval = payload.readUInt16BE(at);
    at += RESTART_HEADER_BYTES;
  }
  let tables: JpegPacket['tables'];
  if (quality >= FIRST_STREAM_QUALITY && offset === 0) {
    if (payload.length < at + TABLES_HEADER_BYTES) return undefined;
    const length = payload.readUInt16BE(at + 2);
    const precision = payload[at + 1] ?? 0;
    at += TABLES_HEADER_BYTES;
    if (payload.length < at + length) return undefined;
    tables = { precision, data: payload.subarray(at, at + length) };
    at += length;
  }
  return {
    offset,
    sampling,
    quality,
    width: (payload[6] ?? 0) * 8,
    height: (payload[7] ?? 0) * 8,
    restartInterval,
    tables,
    data: payload.subarray(at),
  };
}
