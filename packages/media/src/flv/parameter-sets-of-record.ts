/** The parameter sets in decoder configuration records (ISO/IEC 14496-15 sections 5.3.3.1 and 8.3.3.1), and NAL units with lengths. */
import type { FlvVideoCodec } from './flv-reader.ts';

export interface RecordContents {
  /** Bytes of each NAL unit's length in front of it: 1, 2 or 4. */
  readonly lengthBytes: number;
  readonly parameterSets: readonly Buffer[];
}

const MAX_UNITS = 256;
/** Where an HEVC record has its number of arrays, after profile, level and formats. */
const HEVC_ARRAYS_AT = 22;

/** Undefined when the record is cut off. */
export function readRecord(codec: FlvVideoCodec, record: Buffer): RecordContents | undefined {
  return codec === 'h264' ? readAvcRecord(record) : readHevcRecord(record);
}

/** The units one behind the other; what does not fit ends the list. Views. */
export function splitUnits(data: Buffer, lengthBytes: number): Buffer[] {
  const units: Buffer[] = [];
  for (let at = 0; at + lengthBytes <= data.length && units.length < MAX_UNITS;) {
    const size = data.readUIntBE(at, lengthBytes);
    at += lengthBytes;
    if (size > data.length - at) break;
    if (size > 0) units.push(data.subarray(at, at + size));
    at += size;
  }
  return units;
}

function readAvcRecord(record: Buffer): RecordContents | undefined {
  if (record.length < 7) return undefined;
  const sets: Buffer[] = [];
  const afterSps = readSets(record, 6, (record[5] ?? 0) & 0x1f, sets);
  if (afterSps === undefined) return undefined;
  const end = readSets(record, afterSps + 1, record[afterSps] ?? 0, sets);
  return end === undefined ? undefined : { lengthBytes: ((record[4] ?? 0) & 3) + 1, parameterSets: sets };
}

function readHevcRecord(record: Buffer): RecordContents | undefined {
  if (record.length <= HEVC_ARRAYS_AT) return undefined;
  const sets: Buffer[] = [];
  const arrays = record[HEVC_ARRAYS_AT] ?? 0;
  let at = HEVC_ARRAYS_AT + 1;
  for (let index = 0; index < arrays; index++) {
    if (at + 3 > record.length) return undefined;
    const next = readSets(record, at + 3, record.readUInt16BE(at + 1), sets);
    if (next === undefined) return undefined;
    at = next;
  }
  return { lengthBytes: ((record[21] ?? 0) & 3) + 1, parameterSets: sets };
}

/** Reads `count` sets with 16-bit lengths. @returns where they end; undefined when they do not. */
function readSets(record: Buffer, from: number, count: number, into: Buffer[]): number | undefined {
  let at = from;
  for (let index = 0; index < count; index++) {
    if (at + 2 > record.length || into.length >= MAX_UNITS) return undefined;
    const size = record.readUInt16BE(at);
    at += 2;
    if (at + size > record.length) return undefined;
    if (size > 0) into.push(Buffer.from(record.subarray(at, at + size)));
    at += size;
  }
  return at;
}
