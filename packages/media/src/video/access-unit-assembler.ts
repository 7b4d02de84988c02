/**
 * NAL units to access units (ITU-T H.264 section 7.4.1.2.3, H.265 section 7.4.2.4.4), with cameras in mind that set the
 * marker bit on parameter sets, on every slice or never, give parameter sets the timestamp of the picture before, or lose
 * what they send. What the units of a codec are, its `VideoSyntax` says.
 *
 * A picture ends when
 *   - the marker is trusted and the last unit is not one that only stands before a picture, or
 *   - a unit with another timestamp comes, or one that can only begin the next picture (parameter sets, SEI, AUD, a first slice).
 * It takes the timestamp of its slices. Units before the first slice wait for it, whatever their own timestamp.
 *
 * After loss everything up to the next key frame is dropped: what depends on a missing picture would be shown broken.
 * A key frame is one from which decoding can begin at once. Gradual refresh is none, nor is an I picture without a mark:
 * nothing says that later pictures do not refer to what was before it. Pictures that lean on what was before a key frame
 * (`isLeading`) are left out where that was not received. New parameter sets take effect at key frames.
 */
import { MediaError } from '../media-error.ts';
import type { Arrival } from '../rtp/arrival.ts';
import type { AccessUnit, AccessUnitSink, ActiveConfig } from './access-unit.ts';
import { MarkerTrust } from './marker-trust.ts';
import type { PictureArea } from './picture-area.ts';
import type { NalSink } from './unit-collector.ts';
import { PLACE, type SliceFacts, type VideoSyntax } from './video-syntax.ts';

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
  facts: SliceFacts | undefined;
  isKeyframe: boolean;
  /** What follows refers to nothing before it. */
  endsSequence: boolean;
  /** A marker came, and was not trusted. */
  markerSeen: boolean;
  /** Something of it is missing. */
  isBroken: boolean;
}

export class AccessUnitAssembler implements NalSink {
  readonly #area: PictureArea;
  readonly #syntax: VideoSyntax;
  readonly #sink: AccessUnitSink;
  readonly #markers = new MarkerTrust();
  #arrival: Arrival = { wallMs: 0, monotonicMs: 0 };
  #pending: Pending | undefined;
  /** Timestamp of the picture that was ended by a trusted marker, until the next one begins. */
  #endedAt: number | undefined;
  #active: ActiveConfig | undefined;
  #waitsForKeyframe = true;
  #dropped = false;
  /** Pictures that refer to what was before the last key frame cannot be decoded. */
  #skipsLeading = false;
  /** The coded video sequence was declared to end. */
  #sequenceEnded = false;
  #secondStartMs = -Infinity;
  #picturesInSecond = 0;

  /** @param area where the depacketizer puts the units; the assembler keeps those of the picture. */
  constructor(area: PictureArea, syntax: VideoSyntax, sink: AccessUnitSink) {
    this.#area = area;
    this.#syntax = syntax;
    this.#sink = sink;
  }

  /** Call before the packet's units: when it came. */
  setArrival(arrival: Arrival): void {
    this.#arrival = arrival;
  }

  onNalUnit(timestamp: number): void {
    const place = this.#syntax.findPlace(this.#area.viewUnit());
    if (place === PLACE.foreign) return;
    this.#endBefore(place, timestamp);
    const pending = (this.#pending ??= this.#begin(timestamp));
    pending.timestamp = timestamp;
    const isTooLarge =
      pending.units >= MAX_UNITS || this.#area.keptBytes + this.#area.unitBytes > MAX_ACCESS_UNIT_BYTES;
    if (isTooLarge) this.#giveUp(pending);
    else if (place === PLACE.slice) this.#addSlice(pending, timestamp);
    else if (place === PLACE.parameterSet) this.#addParameterSet();
    else if (place === PLACE.message) this.#addMessage(pending);
    else if (pending.hasSlice && place === PLACE.behind) this.#keep(pending);
    else if (place === PLACE.sequenceEnd) this.#addSequenceEnd(pending);
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
  #endBefore(place: PLACE, timestamp: number): void {
    const pending = this.#pending;
    if (pending?.hasSlice !== true) return;
    const isNext =
      timestamp !== pending.timestamp || isBeforePicture(place) || this.#beginsPicture(pending, place);
    if (isNext) {
      if (pending.markerSeen) this.#markers.prove();
      this.#end(pending);
    } else if (pending.markerSeen && place === PLACE.slice) {
      this.#markers.refute();
    }
  }

  /** A first slice begins a picture; of an interlaced stream it may be the second field of the same frame. */
  #beginsPicture(pending: Pending, place: PLACE): boolean {
    if (place !== PLACE.slice || !this.#syntax.isFirstSlice(this.#area.viewUnit())) return false;
    return this.#syntax.findConfig(pending.facts?.ppsId)?.frameMbsOnly ?? true;
  }

  #begin(timestamp: number): Pending {
    return {
      timestamp,
      arrival: this.#arrival,
      units: 0,
      hasSlice: false,
      facts: undefined,
      isKeyframe: false,
      endsSequence: false,
      markerSeen: false,
      isBroken: false,
    };
  }

  #addSlice(pending: Pending, timestamp: number): void {
    const slice = this.#area.viewUnit();
    if (!pending.hasSlice) {
      pending.hasSlice = true;
      pending.facts = this.#readSlice(slice);
      pending.arrival = this.#arrival;
      if (!this.#syntax.isFirstSlice(slice)) this.#onMissingStart(pending, timestamp);
      this.#endedAt = undefined;
    }
    if (this.#syntax.isKeyframeSlice(slice)) pending.isKeyframe = true;
    this.#keep(pending);
  }

  #readSlice(slice: Buffer): SliceFacts | undefined {
    try {
      return this.#syntax.parseSlice(slice);
    } catch (error) {
      if (error instanceof MediaError) return undefined;
      throw error;
    }
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
      this.#syntax.addParameterSet(this.#area.viewUnit());
    } catch (error) {
      if (!(error instanceof MediaError)) throw error;
      this.#sink.onTrouble(error.message);
    }
  }

  /** Keeps recovery points, which decoders need to start there; other messages are private to camera and maker. */
  #addMessage(pending: Pending): void {
    const message = this.#syntax.readMessage(this.#area.viewUnit());
    if (message === undefined) return;
    if (message.isKeyframe) pending.isKeyframe = true;
    this.#keep(pending);
  }

  /** Kept, because decoders count pictures anew behind it. */
  #addSequenceEnd(pending: Pending): void {
    if (!pending.hasSlice) {
      this.#sequenceEnded = true; // its picture was handed on already
      return;
    }
    pending.endsSequence = true;
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
    if (pending.endsSequence) this.#sequenceEnded = true;
    if (unit === undefined) this.#discard();
    else {
      this.#pending = undefined;
      this.#sink.onAccessUnit({ data: this.#area.takePicture(), ...unit });
    }
  }

  /** What the picture is, apart from its bytes; undefined when it is to be dropped. */
  #judge(pending: Pending): Omit<AccessUnit, 'data'> | undefined {
    const { facts, isKeyframe } = pending;
    if (pending.isBroken || this.#isTooMany(pending.arrival)) {
      this.#loseTrack();
      return this.#missKeyframe();
    }
    if (this.#waitsForKeyframe && !isKeyframe) {
      this.#dropped = true;
      return this.#missKeyframe();
    }
    if (facts?.isLeading === true && this.#skipsLeading) return undefined;
    if (isKeyframe) this.#active = this.#syntax.findConfig(facts?.ppsId);
    if (this.#active === undefined || facts === undefined) {
      this.#sink.onTrouble(
        facts === undefined ? 'a slice header cannot be read' : 'a key frame without parameter sets',
      );
      this.#loseTrack();
      return this.#missKeyframe();
    }
    if (isKeyframe) {
      this.#skipsLeading = this.#waitsForKeyframe || this.#sequenceEnded || facts.isClean;
      this.#sequenceEnded = false;
    }
    const afterLoss = this.#dropped;
    this.#waitsForKeyframe = false;
    this.#dropped = false;
    return {
      timestamp: pending.timestamp,
      keyframe: isKeyframe,
      bidirectional: facts.isBidirectional,
      afterLoss,
      active: this.#active,
      arrival: pending.arrival,
    };
  }

  #missKeyframe(): undefined {
    this.#sink.onKeyframeMissed?.();
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

/** Coming after a slice it begins the next access unit, and an access unit never ends with it. */
function isBeforePicture(place: PLACE): boolean {
  return place === PLACE.parameterSet || place === PLACE.message || place === PLACE.before;
}
