/**
 * The player's rules as a pure function: what happened → what to do. No element, no timer, no network here; the
 * controller carries out what the model says (a session number that changes means "close the old one, open a new one").
 *
 *            open              picture             stood still
 *   off ──────────► opening ───────────► playing ◄────────────► stalled
 *    ▲                 ▲                    │                      │
 *    │ hidden,         │ retry due,         │ failure              │ failure
 *    │ closed          │ camera back        ▼                      ▼
 *    └──────────── waiting ◄───────────────────────────────────────┘
 *                      │ too many tries, codec          paused: by the person; blocked: autoplay refused
 *                      ▼
 *                   stopped
 */
import {
  hasAllFailed,
  modeChain,
  modeForAttempt,
  type Capabilities,
  type SessionMode,
} from './delivery-mode.ts';
import type { FallbackReason, SessionFailure, Trouble } from './player-trouble.ts';
import { retryDelayMs } from './retry-delay.ts';

export type PlayerPhase =
  | 'off'
  | 'opening'
  | 'playing'
  | 'stalled'
  | 'waiting'
  | 'paused'
  | 'blocked'
  | 'stopped';

/** The camera's state as the server's list tells it. */
export type CameraState = 'live' | 'connecting' | 'idle' | 'offline' | 'maintenance';

export interface PlayerModel {
  readonly phase: PlayerPhase;
  /** Grows by one for each session that shall be opened; 0: no session shall be open. */
  readonly session: number;
  /** Highest session number ever used. */
  readonly sessionsOpened: number;
  readonly mode: SessionMode | undefined;
  readonly preferred: SessionMode;
  /** Modes still worth trying, the wished one first. */
  readonly chain: readonly SessionMode[];
  readonly fallback: FallbackReason | undefined;
  readonly trouble: Trouble | undefined;
  /** Failures since the picture last played well. */
  readonly failedAttempts: number;
  /** When the next attempt is due, monotonic ms. */
  readonly retryAtMs: number | undefined;
  /** Since when the picture moves, monotonic ms. */
  readonly playingSinceMs: number | undefined;
  /** Moments when the picture stopped, monotonic ms, the last minute only. */
  readonly stallsMs: readonly number[];
  /** The first mode of the chain has played here: when it fails now, it is not the network that keeps it out. */
  readonly hasFirstPlayed: boolean;
  /** Decoder failures in a row in this mode. */
  readonly decodeFailures: number;
  readonly isWanted: boolean;
  readonly isPaused: boolean;
  readonly isSuspended: boolean;
  readonly camera: CameraState;
}

export type PlayerEvent =
  /** The page wants a picture (or no longer). */
  | { readonly type: 'want'; readonly isWanted: boolean }
  /** The tab is hidden, frozen or in the back/forward cache (or no longer). */
  | { readonly type: 'suspend'; readonly isSuspended: boolean }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  /** The picture moved. */
  | { readonly type: 'picture' }
  /** The picture has not moved for a moment. */
  /** `isEased`: a smaller picture is on its way, so that it does not count against the way it comes. */
  | { readonly type: 'still'; readonly isEased?: boolean }
  | { readonly type: 'failed'; readonly failure: SessionFailure }
  /** The server, inside an open session, says the camera has trouble (or undefined: none any more). */
  | { readonly type: 'session-trouble'; readonly trouble: Trouble | undefined }
  | { readonly type: 'camera'; readonly state: CameraState }
  /** Network came back, phone woke up: a good moment to try. */
  | { readonly type: 'nudge' }
  | { readonly type: 'blocked' }
  | { readonly type: 'tick' }
  | { readonly type: 'choose-mode'; readonly mode: SessionMode }
  /** The person pressed "try again". */
  | { readonly type: 'retry' };

export interface PlayerSurroundings {
  readonly nowMs: number;
  /** In [0, 1). */
  readonly random: number;
  readonly capabilities: Capabilities;
}

/** Play this long without trouble and the past is forgiven. */
const WELL_AFTER_MS = 10_000;
const STALL_WINDOW_MS = 60_000;
/** Stops of the picture within the window that prove the network too slow for a fast mode. */
const STALLS_TOO_MANY = 3;
const DECODE_FAILURES_TOO_MANY = 2;
const REDIRECTS_TOO_MANY = 4;
/** What the detail of `unavailable` means to a visitor. */
const UNAVAILABLE: Readonly<Record<string, FallbackReason>> = {
  camera: 'camera',
  full: 'full',
  missing: 'missing',
};
/** About four minutes of trying. */
const ATTEMPTS_TOO_MANY = 20;
/** The server itself looks after the camera; asking it again costs the camera nothing. */
const CAMERA_RETRY_MS = 6_000;
const ASKED_DELAY_MAX_MS = 30_000;

export function initialPlayerModel(preferred: SessionMode, camera: CameraState = 'idle'): PlayerModel {
  return {
    phase: 'off',
    session: 0,
    sessionsOpened: 0,
    mode: undefined,
    preferred,
    chain: [],
    fallback: undefined,
    trouble: undefined,
    failedAttempts: 0,
    retryAtMs: undefined,
    playingSinceMs: undefined,
    stallsMs: [],
    hasFirstPlayed: false,
    decodeFailures: 0,
    isWanted: false,
    isPaused: false,
    isSuspended: false,
    camera,
  };
}

export function advancePlayer(
  model: PlayerModel,
  event: PlayerEvent,
  around: PlayerSurroundings,
): PlayerModel {
  switch (event.type) {
    case 'want':
      if (event.isWanted === model.isWanted) return model;
      return settle({ ...model, isWanted: event.isWanted, isPaused: false, failedAttempts: 0 }, around);
    case 'suspend':
      if (event.isSuspended === model.isSuspended) return model;
      return settle({ ...model, isSuspended: event.isSuspended, failedAttempts: 0 }, around);
    case 'pause':
      return settle({ ...model, isPaused: true }, around);
    case 'resume':
    case 'retry':
      return settle(forgiven({ ...model, isWanted: true, isPaused: false }), around);
    case 'choose-mode':
      return settle(
        forgiven({
          ...model,
          preferred: event.mode,
          chain: [],
          fallback: undefined,
          hasFirstPlayed: false,
          isPaused: false,
        }),
        around,
      );
    case 'camera':
      return onCamera({ ...model, camera: event.state }, model.camera, around);
    case 'nudge':
      if (model.phase === 'waiting' || (model.phase === 'stopped' && model.trouble?.kind === 'gave-up')) {
        return settle({ ...model, failedAttempts: 0 }, around);
      }
      return model;
    case 'tick':
      return onTick(model, around);
    case 'picture':
      return onPicture(model, around);
    case 'still':
      return onStill(model, event.isEased === true, around);
    case 'session-trouble':
      return model.session === 0 ? model : { ...model, trouble: event.trouble };
    case 'blocked':
      return model.session === 0 ? model : { ...model, phase: 'blocked' };
    case 'failed':
      return model.session === 0 ? model : onFailure(model, event.failure, around);
  }
}

/** Brings phase and session in line with what is wanted now. */
function settle(model: PlayerModel, around: PlayerSurroundings): PlayerModel {
  if (!model.isWanted || model.isSuspended) return closed(model, 'off', undefined);
  if (model.isPaused) return closed(model, 'paused', undefined);
  if (model.camera === 'maintenance') return closed(model, 'waiting', { kind: 'maintenance' });
  return opened(model, around);
}

function forgiven(model: PlayerModel): PlayerModel {
  return { ...model, failedAttempts: 0, decodeFailures: 0, stallsMs: [], trouble: undefined };
}

function closed(model: PlayerModel, phase: PlayerPhase, trouble: Trouble | undefined): PlayerModel {
  return { ...model, phase, session: 0, trouble, retryAtMs: undefined, playingSinceMs: undefined };
}

function opened(model: PlayerModel, around: PlayerSurroundings): PlayerModel {
  const chain = model.chain.length > 0 ? model.chain : modeChain(model.preferred, around.capabilities);
  const mode = modeForAttempt(chain, model.failedAttempts);
  if (mode === undefined) return { ...closed(model, 'stopped', { kind: 'unavailable' }), chain };
  const session = model.sessionsOpened + 1;
  return {
    ...model,
    chain,
    mode,
    phase: 'opening',
    session,
    sessionsOpened: session,
    retryAtMs: undefined,
    playingSinceMs: undefined,
  };
}

function onCamera(model: PlayerModel, before: CameraState, around: PlayerSurroundings): PlayerModel {
  if (model.camera === before) return model;
  if (model.camera === 'maintenance' || before === 'maintenance') return settle(forgiven(model), around);
  const isWaitingForCamera = model.phase === 'waiting' && model.trouble?.kind !== 'maintenance';
  if (isWaitingForCamera && model.camera !== 'offline')
    return settle({ ...model, failedAttempts: 0 }, around);
  return model;
}

function onTick(model: PlayerModel, around: PlayerSurroundings): PlayerModel {
  if (model.phase === 'waiting' && model.retryAtMs !== undefined && around.nowMs >= model.retryAtMs) {
    return opened(model, around);
  }
  const { playingSinceMs, failedAttempts, decodeFailures } = model;
  const isWell = playingSinceMs !== undefined && around.nowMs - playingSinceMs >= WELL_AFTER_MS;
  if (model.phase === 'playing' && isWell && failedAttempts + decodeFailures > 0) {
    return { ...model, failedAttempts: 0, decodeFailures: 0 };
  }
  return model;
}

function onPicture(model: PlayerModel, around: PlayerSurroundings): PlayerModel {
  const { mode, chain, failedAttempts } = model;
  if (model.session === 0 || model.phase === 'playing' || mode === undefined) return model;
  const isFirst = mode === chain[0];
  // Back after an outage, by chance in a hardier mode's turn: that proves nothing against the first one. It gets another chance.
  if (!isFirst && (model.hasFirstPlayed || hasAllFailed(chain, failedAttempts))) {
    return opened({ ...model, trouble: undefined, failedAttempts: 0, hasFirstPlayed: false }, around);
  }
  const playing: PlayerModel = {
    ...model,
    phase: 'playing',
    trouble: undefined,
    playingSinceMs: around.nowMs,
  };
  if (isFirst) return { ...playing, hasFirstPlayed: true };
  // A hardier mode plays where the wished one did not: keep it, and say so.
  return { ...playing, chain: chain.slice(chain.indexOf(mode)), fallback: 'blocked' };
}

function onStill(model: PlayerModel, isEased: boolean, around: PlayerSurroundings): PlayerModel {
  if (model.phase !== 'playing') return model;
  if (isEased) return { ...model, phase: 'stalled', playingSinceMs: undefined };
  const stallsMs = [...model.stallsMs.filter((at) => around.nowMs - at < STALL_WINDOW_MS), around.nowMs];
  const stalled: PlayerModel = { ...model, phase: 'stalled', playingSinceMs: undefined, stallsMs };
  if (stallsMs.length < STALLS_TOO_MANY || model.chain.length < 2) return stalled;
  return opened(
    {
      ...stalled,
      chain: model.chain.slice(1),
      fallback: 'slow',
      stallsMs: [],
      failedAttempts: 0,
      hasFirstPlayed: false,
    },
    around,
  );
}

function onFailure(model: PlayerModel, failure: SessionFailure, around: PlayerSurroundings): PlayerModel {
  switch (failure.kind) {
    case 'codec':
      return closed(model, 'stopped', troubleOf(failure));
    case 'other-delivery':
      return redirected(model, failure, around);
    case 'unavailable':
      return (
        withoutMode(model, UNAVAILABLE[failure.detail ?? ''] ?? 'blocked', around) ??
        closed(model, 'stopped', troubleOf(failure))
      );
    case 'decode':
      if (model.decodeFailures + 1 >= DECODE_FAILURES_TOO_MANY) {
        const hardier = withoutMode(model, 'decode', around);
        if (hardier !== undefined) return hardier;
      }
      return waiting({ ...model, decodeFailures: model.decodeFailures + 1 }, failure, around);
    default:
      return waiting(model, failure, around);
  }
}

/** The server named the way in which this stream is to be had: no failure, and nothing to tell the visitor. */
function redirected(model: PlayerModel, failure: SessionFailure, around: PlayerSurroundings): PlayerModel {
  const failedAttempts = model.failedAttempts + 1;
  // A server that sends us round in circles.
  if (failedAttempts > REDIRECTS_TOO_MANY) return waiting(model, { kind: 'server' }, around);
  const chain = modeChain(failure.detail === 'pictures' ? 'pictures' : 'hls', around.capabilities);
  return opened({ ...model, chain, fallback: undefined, failedAttempts, hasFirstPlayed: false }, around);
}

/** Moves on to the next hardier mode at once, if there is one. */
function withoutMode(
  model: PlayerModel,
  fallback: FallbackReason,
  around: PlayerSurroundings,
): PlayerModel | undefined {
  const chain = model.chain.filter((mode) => mode !== model.mode);
  if (chain.length === 0) return undefined;
  return opened(
    { ...model, chain, fallback, decodeFailures: 0, failedAttempts: 0, hasFirstPlayed: false },
    around,
  );
}

function waiting(model: PlayerModel, failure: SessionFailure, around: PlayerSurroundings): PlayerModel {
  // A camera that is away says nothing about the way to it: its waits are longer and never end in giving up.
  const isCamera = failure.kind === 'camera';
  const failedAttempts = isCamera ? model.failedAttempts : model.failedAttempts + 1;
  if (failedAttempts >= ATTEMPTS_TOO_MANY) {
    const { kind } = failure;
    return { ...closed(model, 'stopped', { kind: 'gave-up', detail: kind }), failedAttempts };
  }
  const usualMs = isCamera
    ? CAMERA_RETRY_MS * (1 + 0.3 * around.random)
    : retryDelayMs(failure.kind === 'timeline' ? 1 : failedAttempts, around.random);
  const askedMs = Math.min(failure.retryAfterMs ?? 0, ASKED_DELAY_MAX_MS);
  return {
    ...closed(model, 'waiting', troubleOf(failure)),
    failedAttempts,
    retryAtMs: around.nowMs + Math.max(usualMs, askedMs),
  };
}

function troubleOf(failure: SessionFailure): Trouble | undefined {
  const { kind } = failure;
  if (kind === 'timeline' || kind === 'other-delivery') return undefined;
  return { kind, ...(failure.detail === undefined ? {} : { detail: failure.detail }) };
}
