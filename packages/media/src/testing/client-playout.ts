/**
 * What one client receives: its own SSRCs, sequence numbers and timestamps over the shared packets of a mount, with the faults that
 * concern packets. A client that does not read is dropped once `MAX_UNSENT_BYTES` wait for it.
 */
import { randomInt } from 'node:crypto';
import type { ClipPlayer, MediaUnit } from './clip-player.ts';
import type { FakeFaults } from './fake-faults.ts';
import { HabitualPackets } from './makers/habit-packets.ts';
import { PLAIN_PACKETS, type PacketHabits } from './makers/habits.ts';
import type { PlayoutSink } from './playout-sink.ts';
import type { SeededRandom } from './random.ts';
import { splitFrames, stampRuns, type PacketRun } from './rtp-layout.ts';
import { encodeSenderReport } from './sender-report.ts';

export type TrackKind = 'video' | 'audio';

const MAX_UNSENT_BYTES = 8 * 1024 * 1024;

interface PlayoutTrack {
  readonly kind: TrackKind;
  readonly channel: number;
  readonly ssrc: number;
  readonly clockRate: number;
  readonly sink: PlayoutSink;
  /** Undefined for a camera without habits. */
  readonly habitual: HabitualPackets | undefined;
  previousTimestamp: number | undefined;
  sequence: number;
  /** RTP timestamp of media tick 0. */
  offset: number;
  packets: number;
  octets: number;
}

export class ClientPlayout {
  readonly #player: ClipPlayer;
  readonly #random: SeededRandom;
  readonly #habits: PacketHabits;
  readonly #tracks = new Map<TrackKind, PlayoutTrack>();
  #playing = false;
  #keyframesSeen = 0;
  #started = false;
  #held: { readonly frame: Buffer; readonly sink: PlayoutSink } | undefined;
  /** Set while bytes of a reply are being dripped out: media may not come between them. */
  muted = false;

  constructor(player: ClipPlayer, random: SeededRandom, habits: PacketHabits = PLAIN_PACKETS) {
    this.#player = player;
    this.#habits = habits;
    this.#random = random;
  }

  get playing(): boolean {
    return this.#playing;
  }

  /** Tracks that were set up. */
  get tracks(): number {
    return this.#tracks.size;
  }

  /** @param channel of RTP; that of RTCP is the next. @param ssrcLimit SSRCs are below this. @returns the track's SSRC. */
  addTrack(
    kind: TrackKind,
    channel: number,
    sink: PlayoutSink,
    faults: FakeFaults,
    ssrcLimit = 2 ** 32,
  ): number {
    const ssrc = randomInt(1, ssrcLimit);
    this.#tracks.set(kind, {
      kind,
      channel,
      sink,
      ssrc,
      habitual: this.#habits === PLAIN_PACKETS ? undefined : new HabitualPackets(this.#habits),
      previousTimestamp: undefined,
      clockRate: kind === 'video' ? 90_000 : (this.#player.clip.audio?.sampleRate ?? 8000),
      sequence: faults.startSequence ?? randomInt(2 ** 16),
      offset: randomInt(2 ** 32),
      packets: 0,
      octets: 0,
    });
    return ssrc;
  }

  /** Starts the packets and returns what RTP-Info says: per track its kind, first sequence number and timestamp. */
  play(faults: FakeFaults): { kind: TrackKind; ssrc: number; sequence: number; timestamp: number }[] {
    this.#playing = true;
    this.#started = faults.joinMidGop || !this.#tracks.has('video');
    this.#keyframesSeen = 0;
    return [...this.#tracks.values()].map((track) => {
      const first = this.#firstTicks(track.kind, faults);
      if (faults.startTimestamp !== undefined)
        track.offset = faults.startTimestamp - scale(first, track.kind, faults);
      return {
        kind: track.kind,
        ssrc: track.ssrc,
        sequence: track.sequence,
        timestamp: wrap(track.offset + scale(first, track.kind, faults)),
      };
    });
  }

  pause(): void {
    this.#playing = false;
  }

  /** Shifts the RTP timestamps of one track or all, as a camera does whose clock is set. */
  jumpTimestamps(byMs: number, kind?: TrackKind): void {
    for (const track of this.#tracks.values()) {
      if (kind === undefined || kind === track.kind)
        track.offset += Math.round((byMs * track.clockRate) / 1000);
    }
  }

  /** Sends one picture or sound. Returns false when the client had to be dropped. */
  send(unit: MediaUnit, faults: FakeFaults): boolean {
    const track = this.#tracks.get(unit.kind);
    if (track === undefined || !this.#wants(unit, faults)) return true;
    if (track.sink.unsentBytes > MAX_UNSENT_BYTES) return false;
    const timestamp = wrap(track.offset + scale(unit.ticks, track.kind, faults));
    const stamped = stampRuns(this.#runsOf(unit, faults), {
      channel: track.channel,
      sequence: track.sequence,
      timestamp,
      ssrc: track.ssrc,
      markers: faults.markers || unit.kind === 'audio',
      payloadType: this.#habits.payloadTypes[unit.kind],
    });
    const bytes = this.#habituate(track, unit, stamped.bytes);
    track.previousTimestamp = timestamp;
    const packets = (stamped.nextSequence - track.sequence) & 0xffff;
    track.sequence = stamped.nextSequence;
    track.packets += packets;
    track.octets += stamped.bytes.length - 16 * packets;
    if (faults.garbageBytes > 0 && unit.kind === 'video' && track.sink.isStream)
      track.sink.write(this.#garbage(faults.garbageBytes), faults);
    const harmed =
      faults.lossRate > 0 || faults.duplicateRate > 0 || faults.reorderRate > 0 || this.#held !== undefined;
    if (harmed) this.#sendHarmed(bytes, track.sink, faults);
    else track.sink.write(bytes, faults);
    return true;
  }

  #habituate(track: PlayoutTrack, unit: MediaUnit, bytes: Buffer): Buffer {
    const { habitual, channel, previousTimestamp } = track;
    const isVideo = unit.kind === 'video';
    const facts = { channel, isVideo, isKeyframe: isVideo && unit.keyframe, previousTimestamp };
    return habitual?.rewrite(bytes, facts) ?? bytes;
  }

  /** Sends a sender report per track that has sent something. @param nowMs monotonic. @param wallMs UTC ms. */
  sendReports(nowMs: number, wallMs: number, faults: FakeFaults): void {
    if (!this.#playing || this.muted || faults.silent || !faults.senderReports) return;
    for (const track of this.#tracks.values()) {
      if (track.packets > 0) this.#sendReport(track, nowMs, wallMs, faults);
    }
  }

  /** As `sendReports`, before anything else was sent. */
  sendEarlyReports(nowMs: number, wallMs: number, faults: FakeFaults): void {
    for (const track of this.#tracks.values()) this.#sendReport(track, nowMs, wallMs, faults);
  }

  #sendReport(track: PlayoutTrack, nowMs: number, wallMs: number, faults: FakeFaults): void {
    const ssrcs = this.#habits.foreignReports ? [track.ssrc, (track.ssrc ^ 0x5a5a5a5a) >>> 0] : [track.ssrc];
    for (const ssrc of ssrcs) {
      const ticks = Math.round((this.#player.mediaMs(nowMs) * track.clockRate) / 1000);
      const report = encodeSenderReport({
        ssrc,
        wallMs: wallMs + faults.reportErrorMs,
        timestamp: wrap(track.offset + scale(ticks, track.kind, faults)),
        packets: track.packets,
        octets: track.octets,
      });
      const header = Buffer.from([0x24, track.channel + 1, 0, report.length]);
      track.sink.write(Buffer.concat([header, report]), faults);
    }
  }

  #firstTicks(kind: TrackKind, faults: FakeFaults): number {
    if (kind === 'audio') return this.#player.nextAudioTicks();
    return faults.joinMidGop ? this.#player.nextPictureTicks() : this.#player.nextKeyframeTicks();
  }

  #wants(unit: MediaUnit, faults: FakeFaults): boolean {
    if (!this.#playing || this.muted || faults.silent) return false;
    if (unit.kind === 'audio') return this.#started && !faults.audioSilent;
    if (unit.keyframe) this.#started = true;
    return this.#started;
  }

  #runsOf(unit: MediaUnit, faults: FakeFaults): readonly PacketRun[] {
    if (unit.kind === 'audio' || !unit.keyframe) return unit.runs;
    this.#keyframesSeen++;
    const inBand = faults.inBandFromGop > 0 && this.#keyframesSeen >= faults.inBandFromGop;
    return inBand && unit.parameterSets !== undefined ? [unit.parameterSets, ...unit.runs] : unit.runs;
  }

  #sendHarmed(bytes: Buffer, sink: PlayoutSink, faults: FakeFaults): void {
    const out: Buffer[] = [];
    for (const frame of splitFrames(bytes)) {
      if (this.#random.chance(faults.lossRate)) continue;
      if (this.#held === undefined && this.#random.chance(faults.reorderRate)) {
        this.#held = { frame, sink };
        continue;
      }
      out.push(frame);
      if (this.#random.chance(faults.duplicateRate)) out.push(frame);
      if (this.#held?.sink === sink) out.push(this.#held.frame);
      else this.#held?.sink.write(this.#held.frame, faults);
      this.#held = undefined;
    }
    if (out.length > 0) sink.write(Buffer.concat(out), faults);
  }

  #garbage(length: number): Buffer {
    const bytes = Buffer.alloc(length);
    for (let at = 0; at < length; at++) {
      const byte = this.#random.integer(256);
      bytes[at] = byte === 0x24 ? 0x25 : byte;
    }
    return bytes;
  }
}

function scale(ticks: number, kind: TrackKind, faults: FakeFaults): number {
  const ppm = faults.clockDriftPpm + (kind === 'audio' ? faults.audioDriftPpm : 0);
  return ppm === 0 ? ticks : Math.round(ticks * (1 + ppm / 1e6));
}

function wrap(timestamp: number): number {
  return ((timestamp % 2 ** 32) + 2 ** 32) % 2 ** 32;
}
