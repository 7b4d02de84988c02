/**
 * Puts packets of one source back in order before their numbers are judged: for UDP, where the network may swap them.
 *
 *   next expected ──► handed on at once, without a copy, and so is everything behind it that waited for it
 *   up to 63 ahead ─► kept, in a copy, until the gap before it closes, 100 ms pass, or the window is full
 *   anything else ──► handed on as it is: `SequenceTracker` knows late ones, doubles and jumps
 *
 * A gap that is given up on shows as loss where the numbers are judged. Memory: 64 packets, 1 MiB.
 */
import type { Clock, Timer } from '@pantau/base/clock';
import type { RtpPacket } from './rtp-packet.ts';

const SLOTS = 64;
const MAX_BYTES = 1024 * 1024;
/** What two packets of a network rarely lie apart, and a viewer does not notice. */
const WAIT_MS = 100;

interface HeldPacket {
  readonly packet: RtpPacket;
  readonly monotonicMs: number;
  readonly arrivalMs: number;
}

export type OnOrdered = (packet: RtpPacket, monotonicMs: number, arrivalMs: number) => void;

export class ReorderWindow {
  readonly #clock: Clock;
  readonly #onPacket: OnOrdered;
  /** By sequence number modulo 64. */
  readonly #slots: (HeldPacket | undefined)[] = Array.from({ length: SLOTS });
  #held = 0;
  #heldBytes = 0;
  #next = -1;
  #timer: Timer | undefined;
  #reordered = 0;
  #isClosed = false;

  constructor(clock: Clock, onPacket: OnOrdered) {
    this.#clock = clock;
    this.#onPacket = onPacket;
  }

  /** Gaps that a packet closed which came late, but in time. */
  get reordered(): number {
    return this.#reordered;
  }

  /** Takes the next packet of the source. @returns false for one that is here already. */
  push(packet: RtpPacket, monotonicMs: number, arrivalMs: number): boolean {
    const sequence = packet.sequenceNumber;
    const ahead = this.#next < 0 ? 0 : (sequence - this.#next) & 0xffff;
    if (ahead === 0) {
      if (this.#held > 0) this.#reordered++;
      this.#release(packet, monotonicMs, arrivalMs);
      this.#drain();
    } else if (ahead < SLOTS * 4) {
      if (ahead >= SLOTS) this.#advance((sequence - SLOTS + 1) & 0xffff);
      if (sequence === this.#next) this.#release(packet, monotonicMs, arrivalMs);
      else if (!this.#hold(packet, monotonicMs, arrivalMs)) return false;
      this.#drain();
      while (this.#heldBytes > MAX_BYTES) this.#giveUpFirstGap();
    } else if (ahead < 0x8000) {
      // so far ahead that nothing closes the gap: a burst was lost, or the numbering began anew
      this.flush();
      this.#release(packet, monotonicMs, arrivalMs);
    } else {
      this.#onPacket(packet, monotonicMs, arrivalMs);
    }
    this.#arm();
    return true;
  }

  /** The numbering goes on behind `sequence`. */
  follow(sequence: number): void {
    this.flush();
    this.#next = (sequence + 1) & 0xffff;
  }

  /** Hands on everything that is kept, in order. */
  flush(): void {
    while (this.#held > 0) this.#giveUpFirstGap();
  }

  /** Forgets everything: another source begins. */
  reset(): void {
    this.#slots.fill(undefined);
    this.#held = 0;
    this.#heldBytes = 0;
    this.#next = -1;
    this.#arm();
  }

  close(): void {
    this.#isClosed = true;
    this.reset();
  }

  #release(packet: RtpPacket, monotonicMs: number, arrivalMs: number): void {
    this.#next = (packet.sequenceNumber + 1) & 0xffff;
    this.#onPacket(packet, monotonicMs, arrivalMs);
  }

  #hold(packet: RtpPacket, monotonicMs: number, arrivalMs: number): boolean {
    const slot = packet.sequenceNumber % SLOTS;
    if (this.#slots[slot] !== undefined) return false;
    const kept = { ...packet, payload: Buffer.from(packet.payload) };
    this.#slots[slot] = { packet: kept, monotonicMs, arrivalMs };
    this.#held++;
    this.#heldBytes += kept.payload.length;
    return true;
  }

  /** Hands on what waited for the packet just handed on. */
  #drain(): void {
    while (this.#held > 0 && this.#takeNext());
  }

  /** Hands on the packet that is next, when it is here. */
  #takeNext(): boolean {
    const slot = this.#next % SLOTS;
    const held = this.#slots[slot];
    if (held === undefined) return false;
    this.#slots[slot] = undefined;
    this.#held--;
    this.#heldBytes -= held.packet.payload.length;
    this.#release(held.packet, held.monotonicMs, held.arrivalMs);
    return true;
  }

  /** Moves on to `sequence`, handing on what lies before it and giving up the rest. */
  #advance(sequence: number): void {
    while (this.#held > 0 && this.#next !== sequence) {
      if (!this.#takeNext()) this.#next = (this.#next + 1) & 0xffff;
    }
    this.#next = sequence;
  }

  /** Gives up the packets that are missing before the first one kept, and hands on the run behind them. */
  #giveUpFirstGap(): void {
    while (this.#held > 0 && !this.#takeNext()) this.#next = (this.#next + 1) & 0xffff;
    while (this.#held > 0 && this.#takeNext());
  }

  /** One timer for the packet that waits first. */
  #arm(): void {
    if (this.#held === 0 || this.#isClosed) {
      this.#timer?.cancel();
      this.#timer = undefined;
      return;
    }
    if (this.#timer !== undefined) return;
    const waitMs = Math.max(1, this.#oldestMs() + WAIT_MS - this.#clock.monotonic());
    this.#timer = this.#clock.setTimer(waitMs, () => this.#onTimer(), { unref: true });
  }

  #onTimer(): void {
    this.#timer = undefined;
    const dueMs = this.#clock.monotonic() - WAIT_MS;
    while (this.#held > 0 && this.#oldestMs() <= dueMs) this.#giveUpFirstGap();
    this.#arm();
  }

  #oldestMs(): number {
    return this.#slots.reduce((oldest, held) => Math.min(oldest, held?.monotonicMs ?? Infinity), Infinity);
  }
}
