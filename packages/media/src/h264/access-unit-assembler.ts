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
import { MediaError } from '../media-error.ts';
import type { Arrival } from '../rtp/arrival.ts';
import type { AccessUnit, AccessUnitSink, ActiveConfig } from '../video/access-unit.ts';
import type { NalSink } from './depacketizer.ts';
import { MarkerTrust } from './marker-trust.ts';
import { NAL, isBeforePictureType, isSliceType, nalType } from './nal.ts';
import type { ParameterSets } from './parameter-sets.ts';
import type { PictureArea } from './picture-area.ts';
import { findRecoveryFrameCount } from './sei.ts';
import { isFirstSlice, parseSliceHeader, type SliceHeader } from './slice-header.ts';

const MAX_ACCESS_UNIT_BYTES = 8 * 1024 * 1024;
/** More than one slice per macroblock row of any picture, with everything that may come with it. */
const MAX_UNITS = 2048;
/** Far above any camera, also one that begins with what it has stored: more is an attack on our time. */
const MAX_PICTURES_PER_SECOND = 2000;

/** The picture that is being put together; its bytes are in the area. */
interface Pending {
  timestamp: number;
  arrival: Arrival;
  units: number;
  hasSlice: boolean;
  /** Of its first slice; undefined when that cannot be read. */
  header: SliceHeader | undefined;
  isIdr: boolean;
  isRecoveryPoint: boolean;
  /** A marker came, and was not trusted. */
  markerSeen: boolean;
  /** Something of it is missing. */
  isBroken: boolean;
}

export class AccessUnitAssembler implements NalSink {
  readonly #area: PictureArea;
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

  /** @param area where the depacketizer puts the units; the assembler keeps those of the picture. */
  constructor(area: PictureArea, sets: ParameterSets, sink: AccessUnitSink) {
    this.#area = area;
    this.#sets = sets;
    this.#sink = sink;
  }

  /** Call before the packet's units: when it came. */
  setArrival(arrival: Arrival): void {
    this.#arrival = arrival;
  }

  onNalUnit(timestamp: number): void {
    const type = nalType(this.#area.viewUnit());
    const isSlice = isSliceType(type);
    this.#endBefore(type, timestamp);
    const pending = (this.#pending ??= this.#begin(timestamp));
    pending.timestamp = timestamp;
    const isTooLarge =
      pending.units >= MAX_UNITS || this.#area.keptBytes + this.#area.unitBytes > MAX_ACCESS_UNIT_BYTES;
    if (isTooLarge) {
      this.#giveUp(pending);
      return;
    }
    if (isSlice) this.#addSlice(pending, type, timestamp);
    else if (type === NAL.sps || type === NAL.pps) this.#addParameterSet();
    else if (type === NAL.sei) this.#addSei(pending);
    else if (type === NAL.filler && pending.hasSlice) this.#keep(pending);
  }

  onMarker(): void {
    const pending = this.#pending;
    if (pending?.hasSlice !== true) return; // on parameter sets and the like: means nothing
    if (!this.#markers.trusted) {
      pending.markerSeen = true;
      return;
    }
    this.#endedAt = pending.timestamp;
    this.#end(pending);
  }

  onLoss(): void {
    const pending = this.#pending;
    if (pending?.hasSlice !== true) this.#discard();
    else if (pending.markerSeen) this.#end(pending); // complete: what is missing came after it
    else pending.isBroken = true;
    this.#endedAt = undefined;
    this.#loseTrack();
  }

  onTrouble(message: string): void {
    this.#sink.onTrouble(message);
  }

  /** Ends the pending picture when the unit in the area is not part of it. */
  #endBefore(type: number, timestamp: number): void {
    const pending = this.#pending;
    if (pending?.hasSlice !== true) return;
    const isNext =
      timestamp !== pending.timestamp || isBeforePictureType(type) || this.#beginsPicture(pending, type);
    if (isNext) {
      if (pending.markerSeen) this.#markers.prove();
      this.#end(pending);
    } else if (pending.markerSeen && isSliceType(type)) {
      this.#markers.refute();
    }
  }

  /** A first slice begins a picture; of an interlaced stream it may be the second field of the same frame. */
  #beginsPicture(pending: Pending, type: number): boolean {
    if (!isSliceType(type) || !isFirstSlice(this.#area.viewUnit())) return false;
    return this.#sets.findConfig(pending.header?.ppsId)?.frameMbsOnly ?? true;
  }

  #begin(timestamp: number): Pending {
    return {
      timestamp,
      arrival: this.#arrival,
      units: 0,
      hasSlice: false,
      header: undefined,
      isIdr: false,
      isRecoveryPoint: false,
      markerSeen: false,
      isBroken: false,
    };
  }

  #addSlice(pending: Pending, type: number, timestamp: number): void {
    if (!pending.hasSlice) {
      const slice = this.#area.viewUnit();
      pending.hasSlice = true;
      pending.header = readSliceHeader(slice);
      pending.arrival = this.#arrival;
      if (!isFirstSlice(slice)) this.#onMissingStart(pending, timestamp);
      this.#endedAt = undefined;
    }
    if (type === NAL.idrSlice) pending.isIdr = true;
    this.#keep(pending);
  }

  /** Its first slice is lost, or was handed on already because a marker stood in the middle of the picture. */
  #onMissingStart(pending: Pending, timestamp: number): void {
    pending.isBroken = true;
    if (this.#endedAt !== timestamp) return;
    this.#markers.refute();
    this.#sink.onTrouble('the camera marks the end of a picture in its middle');
  }

  #addParameterSet(): void {
    try {
      this.#sets.add(this.#area.viewUnit());
    } catch (error) {
      if (!(error instanceof MediaError)) throw error;
      this.#sink.onTrouble(error.message);
    }
  }

  /** Keeps recovery points, which decoders need to start there; other messages are private to camera and maker. */
  #addSei(pending: Pending): void {
    const recoveryFrameCount = findRecoveryFrameCount(this.#area.viewUnit());
    if (recoveryFrameCount === undefined) return;
    if (recoveryFrameCount === 0) pending.isRecoveryPoint = true;
    this.#keep(pending);
  }

  #keep(pending: Pending): void {
    pending.units++;
    this.#area.keepUnit();
  }

  #giveUp(pending: Pending): void {
    this.#sink.onTrouble('a picture is too large');
    pending.units = 0;
    this.#area.dropPicture();
    pending.isBroken = true;
    this.#loseTrack();
  }

  #loseTrack(): void {
    this.#waitsForKeyframe = true;
    this.#dropped = true;
  }

  #discard(): void {
    this.#pending = undefined;
    this.#area.dropPicture();
  }

  /** Hands the picture on, or drops it. */
  #end(pending: Pending): void {
    const unit = this.#judge(pending);
    if (unit === undefined) this.#discard();
    else {
      this.#pending = undefined;
      this.#sink.onAccessUnit({ data: this.#area.takePicture(), ...unit });
    }
  }

  /** What the picture is, apart from its bytes; undefined when it is to be dropped. */
  #judge(pending: Pending): Omit<AccessUnit, 'data'> | undefined {
    if (pending.isBroken || this.#isTooMany(pending.arrival)) {
      this.#loseTrack();
      return undefined;
    }
    const keyframe = pending.isIdr || pending.isRecoveryPoint;
    if (this.#waitsForKeyframe && !keyframe) {
      this.#dropped = true;
      return undefined;
    }
    const { header } = pending;
    if (keyframe) this.#active = this.#sets.findConfig(header?.ppsId);
    if (this.#active === undefined || header === undefined) {
      this.#sink.onTrouble(
        header === undefined ? 'a slice header cannot be read' : 'a key frame without parameter sets',
      );
      this.#loseTrack();
      return undefined;
    }
    const afterLoss = this.#dropped;
    this.#waitsForKeyframe = false;
    this.#dropped = false;
    return {
      timestamp: pending.timestamp,
      keyframe,
      bidirectional: header.isBidirectional,
      afterLoss,
      active: this.#active,
      arrival: pending.arrival,
    };
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
}

function readSliceHeader(slice: Buffer): SliceHeader | undefined {
  try {
    return parseSliceHeader(slice);
  } catch (error) {
    if (error instanceof MediaError) return undefined;
    throw error;
  }
}
