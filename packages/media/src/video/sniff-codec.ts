/**
 * Tells H.264 and H.265 apart by their bytes: cameras announce one and send the other (EZVIZ C6N says H265 and sends
 * H.264; others say H264 over parameter sets of H.265).
 *
 * Proof are parameter sets that can be read: an SPS, or the VPS that only H.265 has. Without them the headers of packets
 * say something, too: hardly any is legal in both codecs.
 */
import { parseSps as parseH264Sps } from '../h264/sps.ts';
import { parseSps as parseH265Sps } from '../h265/sps.ts';
import { parseVps } from '../h265/vps.ts';
import { MediaError } from '../media-error.ts';
import { findStartCode, splitAnnexB } from './annex-b.ts';

export type NalCodec = 'H264' | 'H265';

/** Units looked at in one packet. */
const MAX_UNITS = 8;
const H264_STAP_A = 24;
const H265_AGGREGATION = 48;

/** The codec whose parameter set is in a packet's payload, when one is; undefined when none can be read. */
export function findProvenCodec(payload: Buffer): NalCodec | undefined {
  for (const unit of listUnits(payload)) {
    const codec = findCodecOfSet(unit);
    if (codec !== undefined) return codec;
  }
  return undefined;
}

/** The codec that the SDP's parameter sets belong to; undefined when they say nothing, or both. */
export function findHintedCodec(fmtp: ReadonlyMap<string, string>): NalCodec | undefined {
  const names = ['sprop-parameter-sets', 'sprop-vps', 'sprop-sps', 'sprop-pps'];
  const items = names.flatMap((name) => (fmtp.get(name) ?? '').split(',').slice(0, MAX_UNITS));
  const units = items.flatMap((item) => splitAnnexB(Buffer.from(item.trim(), 'base64'), MAX_UNITS));
  const found = new Set(units.map(findCodecOfSet).filter((codec) => codec !== undefined));
  if (found.size === 1) return [...found][0];
  return found.size === 0 ? findNamedCodec(fmtp) : undefined;
}

/** Whether a payload may be one of `codec`, by its first bytes. */
export function canBeOf(codec: NalCodec, payload: Buffer): boolean {
  const first = payload[0];
  const second = payload[1];
  if (first === undefined || second === undefined) return true;
  if ((first & 0x80) !== 0) return false;
  return codec === 'H264' ? isH264Header(first) : isH265Header(first, second);
}

function isH264Header(first: number): boolean {
  const type = first & 0x1f;
  const importance = first & 0x60;
  if (type === 5 || type === 7 || type === 8) return importance !== 0; // IDR, SPS, PPS: always referred to
  if (type === 6 || (type >= 9 && type <= 12)) return importance === 0;
  return type === 1 || (type >= 24 && type <= 29); // 2 to 4, data partitions, are sent by nobody
}

function isH265Header(first: number, second: number): boolean {
  const isBaseLayer = (first & 1) === 0 && second >>> 3 === 0 && (second & 7) !== 0;
  const type = first >>> 1;
  const isPicture = type <= 9 || (type >= 16 && type <= 21);
  return isBaseLayer && (isPicture || (type >= 32 && type <= 40) || (type >= 48 && type <= 50));
}

/** Parameters that only one of the two payload formats has. */
function findNamedCodec(fmtp: ReadonlyMap<string, string>): NalCodec | undefined {
  const isH265 = ['sprop-vps', 'sprop-sps', 'profile-id', 'tier-flag', 'level-id'].some((name) =>
    fmtp.has(name),
  );
  const isH264 = ['sprop-parameter-sets', 'profile-level-id'].some((name) => fmtp.has(name));
  if (isH265 === isH264) return undefined;
  return isH265 ? 'H265' : 'H264';
}

function findCodecOfSet(unit: Buffer): NalCodec | undefined {
  const first = unit[0] ?? 0xff;
  if ((first & 0x80) !== 0) return undefined;
  if ((first & 0x1f) === 7 && isReadable(() => parseH264Sps(unit))) return 'H264';
  if (first === 0x40 && isReadable(() => parseVps(unit))) return 'H265';
  if (first === 0x42 && isReadable(() => parseH265Sps(unit))) return 'H265';
  return undefined;
}

function isReadable(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch (error) {
    if (error instanceof MediaError) return false;
    throw error;
  }
}

/** The units a payload may hold: itself, what is between start codes, and what an aggregate of either codec holds. */
function listUnits(payload: Buffer): readonly Buffer[] {
  const first = payload[0];
  if (first === undefined) return [];
  if (findStartCode(payload.subarray(0, 256)) !== -1) return splitAnnexB(payload, MAX_UNITS);
  if ((first & 0x1f) === H264_STAP_A) return splitAggregate(payload, 1);
  if (first >>> 1 === H265_AGGREGATION) return [...splitAggregate(payload, 2), ...splitAggregate(payload, 4)];
  return [payload];
}

function splitAggregate(payload: Buffer, from: number): Buffer[] {
  const units: Buffer[] = [];
  let at = from;
  while (at + 2 <= payload.length && units.length < MAX_UNITS) {
    const size = payload.readUInt16BE(at);
    at += 2;
    if (size === 0 || at + size > payload.length) break;
    units.push(payload.subarray(at, at + size));
    at += size;
  }
  return units;
}
