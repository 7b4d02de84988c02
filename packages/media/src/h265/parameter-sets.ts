/**
 * The parameter sets a stream has sent or announced, by number, and the VideoConfig that follows from them.
 *
 * What stands in the SDP (`sprop-vps`, `sprop-sps`, `sprop-pps`) is a hint: it is taken only when all three kinds are there
 * and can be read. A set inside the stream replaces the one of the same number, whatever the SDP said.
 * A new VideoConfig object is made only when the bytes that decoders see changed.
 */
import { MediaError } from '../media-error.ts';
import { findUnitEnd, splitAnnexB, trimTrailingZeros } from '../video/annex-b.ts';
import type { ActiveConfig } from '../video/access-unit.ts';
import { buildVideoConfig } from './decoder-config.ts';
import { HEADER_BYTES, NAL, nalLayer, nalType } from './nal.ts';
import { parsePps, type Pps } from './pps.ts';
import { parseSps, type Sps } from './sps.ts';
import { parseVps } from './vps.ts';

interface Known<T> {
  readonly nal: Buffer;
  readonly set: T;
}

/** Longest set that is kept: far above real ones, far below the 16-bit length field. */
const MAX_SET_BYTES = 4096;
/** PPS that go into a configuration; cameras have one. Decoders get all of it at every change. */
const MAX_ACTIVE_PPS = 32;
/** SDP hints looked at, of each kind. */
const MAX_HINTS = 8;

export class ParameterSets {
  readonly #vps = new Map<number, Buffer>();
  readonly #sps = new Map<number, Known<Sps>>();
  readonly #pps = new Map<number, Known<Pps>>();
  #active: ActiveConfig | undefined;
  /** The sets changed since `#active` was made. */
  #stale = true;
  #activeSpsId: number | undefined;

  /** @param fmtp parameters of the SDP. Whatever is unusable or not complete is skipped. */
  addHints(fmtp: ReadonlyMap<string, string>): void {
    const hinted = new ParameterSets();
    const values = ['sprop-vps', 'sprop-sps', 'sprop-pps', 'sprop-parameter-sets'].map(
      (name) => fmtp.get(name) ?? '',
    );
    for (const item of values.flatMap((value) => value.split(',').slice(0, MAX_HINTS))) {
      for (const nal of splitAnnexB(Buffer.from(item.trim(), 'base64'))) {
        try {
          hinted.add(nal);
        } catch (error) {
          if (!(error instanceof MediaError)) throw error;
        }
      }
    }
    if (hinted.findConfig(undefined) === undefined) return;
    for (const [id, nal] of hinted.#vps) this.#vps.set(id, nal);
    for (const [id, sps] of hinted.#sps) this.#sps.set(id, sps);
    for (const [id, pps] of hinted.#pps) this.#pps.set(id, pps);
  }

  /**
   * Takes a VPS, SPS or PPS (others are ignored).
   * @throws MediaError `VIDEO_MALFORMED` when it cannot be read; what was known before stays.
   */
  add(nal: Buffer): void {
    const type = nalType(nal);
    if (type < NAL.vps || type > NAL.pps || nalLayer(nal) !== 0) return;
    const bytes = trimTrailingZeros(nal);
    if (bytes.length > MAX_SET_BYTES) throw new MediaError('VIDEO_MALFORMED', 'a parameter set is too long');
    if (type === NAL.vps) this.#addVps(bytes);
    else if (type === NAL.sps) this.#addSps(bytes);
    else this.#addPps(bytes);
  }

  /** num_extra_slice_header_bits of a PPS; 0 when it is not known. */
  findExtraSliceHeaderBits(ppsId: number): number {
    return this.#pps.get(ppsId)?.set.extraSliceHeaderBits ?? 0;
  }

  /**
   * The configuration of a picture whose slices name `ppsId`; the same object until bytes change. When that PPS is not
   * known (a damaged header, or sets still to come), the only SPS there is stands in. Undefined without all three sets.
   */
  findConfig(ppsId: number | undefined): ActiveConfig | undefined {
    const spsId = this.#findSpsId(ppsId);
    if (spsId === undefined) return undefined;
    if (!this.#stale && spsId === this.#activeSpsId) return this.#active;
    const sps = this.#sps.get(spsId);
    const vps = sps && this.#findVps(sps.set.vpsId);
    const pps = [...this.#pps]
      .filter(([, { set }]) => set.spsId === spsId)
      .toSorted(([a], [b]) => a - b)
      .map(([, { nal }]) => nal)
      .slice(0, MAX_ACTIVE_PPS);
    if (sps === undefined || vps === undefined || pps.length === 0) return undefined;
    const config = buildVideoConfig(sps.set, { vps, sps: sps.nal, pps });
    this.#stale = false;
    this.#activeSpsId = spsId;
    if (this.#active?.config.decoderConfig.equals(config.decoderConfig) === true) return this.#active;
    this.#active = { config, knownReorder: config.maxReorder, frameMbsOnly: true };
    return this.#active;
  }

  #findSpsId(ppsId: number | undefined): number | undefined {
    const named = ppsId === undefined ? undefined : this.#pps.get(ppsId)?.set.spsId;
    if (named !== undefined && this.#sps.has(named)) return named;
    const [only] = this.#sps.keys();
    return this.#sps.size === 1 ? only : undefined;
  }

  /** The VPS an SPS names, or the only one there is: it holds nothing that a decoder of one layer needs. */
  #findVps(id: number): Buffer | undefined {
    const [only] = this.#vps.values();
    return this.#vps.get(id) ?? (this.#vps.size === 1 ? only : undefined);
  }

  #addVps(nal: Buffer): void {
    const { id } = parseVps(nal);
    if (this.#vps.get(id)?.equals(nal) === true) return;
    this.#vps.set(id, Buffer.from(nal));
    this.#stale = true;
  }

  /** What stands behind the stop bit is left out: some cameras write stray bytes there, and not the same each time. */
  #addSps(bytes: Buffer): void {
    const set = parseSps(bytes);
    const end = set.rbspBits === undefined ? undefined : findUnitEnd(bytes, HEADER_BYTES, set.rbspBits);
    const nal = bytes.subarray(0, end);
    if (this.#sps.get(set.id)?.nal.equals(nal) === true) return;
    this.#sps.set(set.id, { nal: Buffer.from(nal), set });
    this.#stale = true;
  }

  #addPps(nal: Buffer): void {
    const set = parsePps(nal);
    if (this.#pps.get(set.id)?.nal.equals(nal) === true) return;
    this.#pps.set(set.id, { nal: Buffer.from(nal), set });
    this.#stale = true;
  }
}
