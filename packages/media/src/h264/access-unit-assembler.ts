/**
 * NAL units to access units (ITU-T H.264 section 7.4.1.2.3), with cameras in mind that set the marker bit on parameter
 * sets, on every slice or never, give parameter sets the timestamp of the picture before, or lose what they send.
 *
 * A picture ends when
 *   - the marker is trusted and the last unit is not one that only stands before a picture, or
 *   - a unit with another timestamp comes, or one that can only begin the next picture (SPS, PPS, SEI, AUD, a first slice).
 * It takes the timestamp of its slices. Units before the first slice wait for it, whatever their own timestamp.
 *
 * After loss everything up to the next key frame is dropped: what depends on a missing picture would be shown broken.
 * A key frame is an IDR picture, or one with a recovery point that is exact at once (recovery_frame_cnt 0), which is how
 * open GOPs begin. Gradual refresh is no key frame, nor is an I picture without either: nothing says that later
 * pictures do not refer to what was before it. New parameter sets take effect at key frames.
 */
import { HeldMemory } from '../bytes/held-memory.ts';
import { MediaError } from '../media-error.ts';
import type { Arrival } from '../rtp/arrival.ts';
import type { AccessUnit } from './access-unit.ts';
import type { NalSink } from './depacketizer.ts';
import { MarkerTrust } from './marker-trust.ts';
import { flattenNalUnit, nalUnitType, writeNalUnit, type NalUnit } from './nal-unit.ts';
import { NAL, isBeforePictureType, isSliceType } from './nal.ts';
import type { ActiveConfig, ParameterSets } from './parameter-sets.ts';
import { findRecoveryFrameCount } from './sei.ts';
import { isFirstSlice, parseSliceHeader, type SliceHeader } from './slice-header.ts';

const MAX_ACCESS_UNIT_BYTES = 8 * 1024 * 1024;
/** More than one slice per macroblock row of any picture, with everything that may come with it. */
const MAX_UNITS = 2048;
/** Memory that its units keep alive: the picture, and other tracks' bytes that came between. */
const MAX_HELD_BYTES = 32 * 1024 * 1024;
/** Far above any camera, also one that begins with what it has stored: more is an attack on our time. */
const MAX_PICTURES_PER_SECOND = 2000;
/** A slice header's first fields, with the NAL header. */
const SLICE_HEAD_BYTES = 24;
/** A recovery point stands at the start of its SEI unit. */
const SEI_HEAD_BYTES = 256;
const LENGTH_BYTES = 4;

export interface AccessUnitSink {
  onAccessUnit(unit: AccessUnit): void;
  /** Something was wrong with the bytes: for counting. */
  onTrouble(message: string): void;
}

/** The picture that is being put together. */
interface Pending {
  timestamp: number;
  arrival: Arrival;
  readonly units: NalUnit[];
  held: HeldMemory;
  byteLength: number;
  firstSlice: NalUnit | undefined;
  isIdr: boolean;
  isRecoveryPoint: boolean;
  /** A marker came, and was not trusted. */
  markerSeen: boolean;
  /** Something of it is missing. */
  isBroken: boolean;
}

export class AccessUnitAssembler implements NalSink {
  readonly #sets: ParameterSets;
  readonly #sink: AccessUnitSink;
  readonly #markers = new MarkerTrust();
  #arrival: Arrival = { wallMs: 0, monotonicMs: 0 };
  #pending: Pending | undefined;
  /** Timestamp of the picture that was ended by a trusted marker, until the next one begins. */
  #endedAt: number | undefined;
  #active: ActiveConfig | undefined;
  #waitsForKeyframe = true;
  #dropped = false;
  #secondStartMs = -Infinity;
  #picturesInSecond = 0;

  constructor(sets: ParameterSets, sink: AccessUnitSink) {
    this.#sets = sets;
    this.#sink = sink;
  }

  /** Call before the packet's units: when it came. */
  setArrival(arrival: Arrival): void {
    this.#arrival = arrival;
  }

  onNalUnit(nal: NalUnit, timestamp: number): void {
    const type = nalUnitType(nal);
    const isSlice = isSliceType(type);
    this.#endBefore(nal, type, timestamp);
    const pending = (this.#pending ??= this.#begin(timestamp));
    pending.timestamp = timestamp;
    const isTooLarge =
      pending.units.length >= MAX_UNITS ||
      pending.byteLength + nal.byteLength > MAX_ACCESS_UNIT_BYTES ||
      pending.held.bytes > MAX_HELD_BYTES;
    if (isTooLarge) {
      this.#giveUp(pending);
      return;
    }
    if (isSlice) this.#addSlice(pending, nal, type, timestamp);
    else if (type === NAL.sps || type === NAL.pps) this.#addParameterSet(nal);
    else if (type === NAL.sei) this.#addSei(pending, nal);
    else if (type === NAL.filler && pending.firstSlice !== undefined) this.#keep(pending, nal);
  }

  onMarker(): void {
    const pending = this.#pending;
    if (pending?.firstSlice === undefined) return; // on parameter sets and the like: means nothing
    if (!this.#markers.trusted) {
      pending.markerSeen = true;
      return;
    }
    this.#endedAt = pending.timestamp;
    this.#end(pending);
  }

  onLoss(): void {
    const pending = this.#pending;
    if (pending?.firstSlice === undefined) this.#pending = undefined;
    else if (pending.markerSeen) this.#end(pending); // complete: what is missing came after it
    else pending.isBroken = true;
    this.#endedAt = undefined;
    this.#loseTrack();
  }

  onTrouble(message: string): void {
    this.#sink.onTrouble(message);
  }

  /** Ends the pending picture when `nal` is not part of it. */
  #endBefore(nal: NalUnit, type: number, timestamp: number): void {
    const pending = this.#pending;
    if (pending?.firstSlice === undefined) return;
    const isNext =
      timestamp !== pending.timestamp || isBeforePictureType(type) || this.#beginsPicture(pending, nal, type);
    if (isNext) {
      if (pending.markerSeen) this.#markers.prove();
      this.#end(pending);
    } else if (pending.markerSeen && isSliceType(type)) {
      this.#markers.refute();
    }
  }

  /** A first slice begins a picture; of an interlaced stream it may be the second field of the same frame. */
  #beginsPicture(pending: Pending, nal: NalUnit, type: number): boolean {
    if (!isSliceType(type) || !isFirstSlice(nal.pieces[0])) return false;
    const { active } = this.#configOf(pending);
    return active?.frameMbsOnly ?? true;
  }

  #begin(timestamp: number): Pending {
    return {
      timestamp,
      arrival: this.#arrival,
      units: [],
      held: new HeldMemory(),
      byteLength: 0,
      firstSlice: undefined,
      isIdr: false,
      isRecoveryPoint: false,
      markerSeen: false,
      isBroken: false,
    };
  }

  #addSlice(pending: Pending, nal: NalUnit, type: number, timestamp: number): void {
    if (pending.firstSlice === undefined) {
      pending.firstSlice = nal;
      pending.arrival = this.#arrival;
      if (!isFirstSlice(nal.pieces[0])) this.#onMissingStart(pending, timestamp);
      this.#endedAt = undefined;
    }
    if (type === NAL.idrSlice) pending.isIdr = true;
    this.#keep(pending, nal);
  }

  /** Its first slice is lost, or was handed on already because a marker stood in the middle of the picture. */
  #onMissingStart(pending: Pending, timestamp: number): void {
    pending.isBroken = true;
    if (this.#endedAt !== timestamp) return;
    this.#markers.refute();
    this.#sink.onTrouble('the camera marks the end of a picture in its middle');
  }

  #addParameterSet(nal: NalUnit): void {
    try {
      this.#sets.add(flattenNalUnit(nal));
    } catch (error) {
      if (!(error instanceof MediaError)) throw error;
      this.#sink.onTrouble(error.message);
    }
  }

  /** Keeps recovery points, which decoders need to start there; other messages are private to camera and maker. */
  #addSei(pending: Pending, nal: NalUnit): void {
    const recoveryFrameCount = findRecoveryFrameCount(flattenNalUnit(nal, SEI_HEAD_BYTES));
    if (recoveryFrameCount === undefined) return;
    if (recoveryFrameCount === 0) pending.isRecoveryPoint = true;
    this.#keep(pending, nal);
  }

  #keep(pending: Pending, nal: NalUnit): void {
    pending.units.push(nal);
    pending.byteLength += LENGTH_BYTES + nal.byteLength;
    for (const piece of nal.pieces) pending.held.add(piece);
  }

  #giveUp(pending: Pending): void {
    this.#sink.onTrouble('a picture is too large');
    pending.units.length = 0;
    pending.held = new HeldMemory();
    pending.byteLength = 0;
    pending.isBroken = true;
    this.#loseTrack();
  }

  #loseTrack(): void {
    this.#waitsForKeyframe = true;
    this.#dropped = true;
  }

  /** Hands the picture on, or drops it. */
  #end(pending: Pending): void {
    this.#pending = undefined;
    if (pending.isBroken || this.#isTooMany(pending.arrival)) {
      this.#loseTrack();
      return;
    }
    const keyframe = pending.isIdr || pending.isRecoveryPoint;
    if (this.#waitsForKeyframe && !keyframe) {
      this.#dropped = true;
      return;
    }
    const { header, active } = this.#configOf(pending);
    if (keyframe) this.#active = active;
    if (this.#active === undefined || header === undefined) {
      this.#sink.onTrouble(
        header === undefined ? 'a slice header cannot be read' : 'a key frame without parameter sets',
      );
      this.#loseTrack();
      return;
    }
    const afterLoss = this.#dropped;
    this.#waitsForKeyframe = false;
    this.#dropped = false;
    this.#sink.onAccessUnit({
      data: joinUnits(pending),
      timestamp: pending.timestamp,
      keyframe,
      bidirectional: header.isBidirectional,
      afterLoss,
      active: this.#active,
      arrival: pending.arrival,
    });
  }

  #isTooMany({ monotonicMs }: Arrival): boolean {
    if (monotonicMs - this.#secondStartMs >= 1000) {
      this.#secondStartMs = monotonicMs;
      this.#picturesInSecond = 0;
    }
    if (++this.#picturesInSecond <= MAX_PICTURES_PER_SECOND) return false;
    this.#sink.onTrouble('more pictures in a second than any camera takes');
    return true;
  }

  #configOf(pending: Pending): { header: SliceHeader | undefined; active: ActiveConfig | undefined } {
    const header = pending.firstSlice === undefined ? undefined : readSliceHeader(pending.firstSlice);
    return { header, active: this.#sets.findConfig(header?.ppsId) };
  }
}

function readSliceHeader(nal: NalUnit): SliceHeader | undefined {
  try {
    return parseSliceHeader(flattenNalUnit(nal, SLICE_HEAD_BYTES));
  } catch (error) {
    if (error instanceof MediaError) return undefined;
    throw error;
  }
}

/** The one copy that a picture's bytes take: from the socket's chunks into a buffer of their own. */
function joinUnits(pending: Pending): Buffer {
  const data = Buffer.allocUnsafe(pending.byteLength);
  let at = 0;
  for (const nal of pending.units) {
    at = data.writeUInt32BE(nal.byteLength, at);
    at = writeNalUnit(nal, data, at);
  }
  return data;
}
