/**
 * The four ways a picture reaches the page, and which of them to use.
 *
 *   webrtc WebRTC, about a tenth of a second behind, by UDP: "Tercepat"; only where the server offers it
 *   mse    WebSocket + MediaSource, about half a second behind: "Cepat"
 *   llhls  low-latency HLS, about two seconds: the step between
 *   hls    plain HLS, about five seconds, survives bad networks: "Hemat", the default
 */
import type { StreamUrls } from '@pantau/contract/stream';

export const DELIVERY_MODES = ['webrtc', 'mse', 'llhls', 'hls'] as const;
export type DeliveryMode = (typeof DELIVERY_MODES)[number];

/** What a session can be: one of the modes, or the only way of a camera that sends single pictures. Nobody chooses that. */
export type SessionMode = DeliveryMode | 'pictures';

/** What this browser can do. */
export interface Capabilities {
  /** MediaSource or ManagedMediaSource exists. */
  readonly hasMediaSource: boolean;
  readonly hasWebSocket: boolean;
  /** The `<video>` element plays HLS by itself (Safari). */
  readonly hasNativeHls: boolean;
  readonly hasWebrtc: boolean;
}

/** What this browser can do with a stream at these addresses. */
export function capabilitiesFor(
  capabilities: Capabilities,
  { whep }: Pick<StreamUrls, 'whep'>,
): Capabilities {
  return { ...capabilities, hasWebrtc: capabilities.hasWebrtc && whep !== null };
}

/** Modes to try, the wished one first, then ever hardier ones; empty when the browser can play none. */
export function modeChain(preferred: SessionMode, capabilities: Capabilities): readonly SessionMode[] {
  if (preferred === 'pictures') return capabilities.hasWebSocket ? ['pictures'] : [];
  return DELIVERY_MODES.slice(DELIVERY_MODES.indexOf(preferred)).filter((mode) => canUse(mode, capabilities));
}

export function canUse(mode: DeliveryMode, capabilities: Capabilities): boolean {
  if (mode === 'webrtc') return capabilities.hasWebrtc;
  if (mode === 'mse') return capabilities.hasMediaSource && capabilities.hasWebSocket;
  return capabilities.hasMediaSource || capabilities.hasNativeHls;
}

/** Failures in the wished mode before hardier ones get their turn. */
const ATTEMPTS_BEFORE_OTHERS = 2;

/**
 * The mode of the next attempt. After a few failures the modes take turns, the wished one included: when the server is
 * away nothing plays, and that must not cost the visitor the fast mode; only a mode that plays where the wished one
 * does not is kept.
 */
export function modeForAttempt(
  chain: readonly SessionMode[],
  failedAttempts: number,
): SessionMode | undefined {
  if (chain.length === 0 || failedAttempts < ATTEMPTS_BEFORE_OTHERS) return chain[0];
  return chain[(failedAttempts - ATTEMPTS_BEFORE_OTHERS + 1) % chain.length];
}

/** Whether so many failures in a row mean that each mode of the chain has had its turn, and failed. */
export function hasAllFailed(chain: readonly SessionMode[], failedAttempts: number): boolean {
  return failedAttempts >= ATTEMPTS_BEFORE_OTHERS + chain.length - 1;
}
