/** What the player's face shows: a plain value, replaced only when something visible changed. */
import type { SessionMode } from './delivery-mode.ts';
import type { PlayerPhase } from './player-machine.ts';
import type { FallbackReason, Trouble } from './player-trouble.ts';
import type { RenditionName } from './rendition-choice.ts';

export interface PlayerSnapshot {
  readonly phase: PlayerPhase;
  readonly mode: SessionMode | undefined;
  readonly preferred: SessionMode;
  readonly fallback: FallbackReason | undefined;
  readonly trouble: Trouble | undefined;
  /** Seconds until the next attempt; undefined when none is planned. */
  readonly retryInS: number | undefined;
  /** A picture was shown since this stream was opened (it may be a kept one by now). */
  readonly hasPicture: boolean;
  /** The shown picture is old: its age in whole seconds; undefined while it is live. */
  readonly staleForS: number | undefined;
  /** How far the live picture is behind, s, one decimal below 3 s; undefined until known. */
  readonly latencyS: number | undefined;
  readonly hasAudio: boolean;
  readonly isMuted: boolean;
  /** Which of the camera's sizes is shown; undefined where there is no choice, or it is not known yet. */
  readonly rendition: RenditionName | undefined;
  /** Width / height of the picture; undefined until known. */
  readonly aspect: number | undefined;
}

export function isSameSnapshot(a: PlayerSnapshot, b: PlayerSnapshot): boolean {
  return (
    a.phase === b.phase &&
    a.mode === b.mode &&
    a.preferred === b.preferred &&
    a.fallback === b.fallback &&
    a.trouble?.kind === b.trouble?.kind &&
    detailOf(a.trouble) === detailOf(b.trouble) &&
    a.retryInS === b.retryInS &&
    a.hasPicture === b.hasPicture &&
    a.staleForS === b.staleForS &&
    a.latencyS === b.latencyS &&
    a.hasAudio === b.hasAudio &&
    a.isMuted === b.isMuted &&
    a.rendition === b.rendition &&
    a.aspect === b.aspect
  );
}

export function detailOf(trouble: Trouble | undefined): string | undefined {
  return trouble !== undefined && 'detail' in trouble ? trouble.detail : undefined;
}

/** Latency worth showing: finer where it is small. */
export function roundLatencyS(latencyS: number): number {
  return latencyS < 3 ? Math.round(latencyS * 10) / 10 : Math.round(latencyS);
}
