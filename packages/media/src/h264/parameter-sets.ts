/**
 * The parameter sets a stream has sent or announced, by number, and the VideoConfig that follows from them.
 *
 * What stands in the SDP (`sprop-parameter-sets`) is a hint: absent, stale, swapped, wrapped in start codes or cut off
 * on many cameras. A set inside the stream replaces the one of the same number, whatever the SDP said.
 * A new VideoConfig object is made only when the bytes that decoders see changed.
 */
import type { ActiveConfig } from '../video/access-unit.ts';
import { buildVideoConfig, findMaxReorder } from './decoder-config.ts';
import { findUnitEnd, splitAnnexB, trimTrailingZeros } from '../video/annex-b.ts';
import { HEADER_BYTES, NAL, nalType } from './nal.ts';
import { parsePps } from './pps.ts';
import { parseSps, type Sps } from './sps.ts';
import { MediaError } from '../media-error.ts';

interface KnownSps {
  readonly nal: Buffer;
  readonly sps: Sps;
}

interface KnownPps {
  readonly nal: Buffer;
  readonly spsId: number;
}

/** Longest set that is kept: far above real ones (52 bytes), far below the 16-bit length field. */
const MAX_SET_BYTES = 4096;
/** PPS that go into a configuration; cameras have one or two. Decoders get all of it at every change. */
const MAX_ACTIVE_PPS = 32;
/** SDP hints looked at. */
const MAX_HINTS = 16;

export class ParameterSets {
  readonly #sps = new Map<number, KnownSps>();
  readonly #pps = new Map<number, KnownPps>();
  #active: ActiveConfig | undefined;
  /** The sets changed since `#active` was made, or another PPS is used. */
  #stale = true;
  #activeSpsId: number | undefined;

  /** @param sprop value of `sprop-parameter-sets`: base64 units separated by commas. Whatever is unusable is skipped. */
  addHints(sprop: string): void {
    for (const item of sprop.split(',').slice(0, MAX_HINTS)) {
      for (const nal of splitAnnexB(Buffer.from(item.trim(), 'base64'))) {
        try {
          this.add(nal);
        } catch (error) {
          if (!(error instanceof MediaError)) throw error;
        }
      }
    }
  }

  /**
   * Takes an SPS or PPS (others are ignored).
   * @throws MediaError `VIDEO_MALFORMED` when it cannot be read; what was known before stays.
   */
  add(nal: Buffer): void {
    const type = nalType(nal);
    if (type !== NAL.sps && type !== NAL.pps) return;
    const bytes = trimTrailingZeros(nal);
    if (bytes.length > MAX_SET_BYTES) throw new MediaError('VIDEO_MALFORMED', 'a parameter set is too long');
    if (type === NAL.sps) this.#addSps(bytes);
    else this.#addPps(bytes);
  }

  /**
   * The configuration of a picture whose slices name `ppsId`; the same object until bytes change. When that PPS is not
   * known (a damaged header, or sets still to come), the only SPS there is stands in. Undefined without SPS and PPS.
   */
  findConfig(ppsId: number | undefined): ActiveConfig | undefined {
    const spsId = this.#findSpsId(ppsId);
    if (spsId === undefined) return undefined;
    if (!this.#stale && spsId === this.#activeSpsId) return this.#active;
    const known = this.#sps.get(spsId);
    const ppsNals = [...this.#pps]
      .filter(([, pps]) => pps.spsId === spsId)
      .toSorted(([a], [b]) => a - b)
      .map(([, pps]) => pps.nal)
      .slice(0, MAX_ACTIVE_PPS);
    if (known === undefined || ppsNals.length === 0) return undefined;
    const config = buildVideoConfig(known.sps, known.nal, ppsNals);
    this.#stale = false;
    this.#activeSpsId = spsId;
    if (this.#active?.config.decoderConfig.equals(config.decoderConfig) === true) return this.#active;
    this.#active = { config, knownReorder: findMaxReorder(known.sps), frameMbsOnly: known.sps.frameMbsOnly };
    return this.#active;
  }

  #findSpsId(ppsId: number | undefined): number | undefined {
    const named = ppsId === undefined ? undefined : this.#pps.get(ppsId)?.spsId;
    if (named !== undefined && this.#sps.has(named)) return named;
    const [only] = this.#sps.keys();
    return this.#sps.size === 1 ? only : undefined;
  }

  /** What stands behind the stop bit is left out: some cameras write stray bytes there, and not the same each time. */
  #addSps(bytes: Buffer): void {
    const sps = parseSps(bytes);
    const end = sps.rbspBits === undefined ? undefined : findUnitEnd(bytes, HEADER_BYTES, sps.rbspBits);
    const nal = bytes.subarray(0, end);
    if (this.#sps.get(sps.id)?.nal.equals(nal) === true) return;
    this.#sps.set(sps.id, { nal: Buffer.from(nal), sps });
    this.#stale = true;
  }

  #addPps(nal: Buffer): void {
    const { id, spsId } = parsePps(nal);
    if (this.#pps.get(id)?.nal.equals(nal) === true) return;
    this.#pps.set(id, { nal: Buffer.from(nal), spsId });
    this.#stale = true;
  }
}
