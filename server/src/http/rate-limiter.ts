/**
 * How often somebody may ask: a fixed window of a minute per key, counted in memory. One class for Fastify and for the thin path of
 * the media, which the framework does not see.
 */
import type { Clock } from '@pantau/base/clock';
import type { LimitTier } from '../access/route-access.ts';

export interface RateVerdict {
  readonly allowed: boolean;
  /** Requests per window. */
  readonly limit: number;
  /** Of those still free. */
  readonly remaining: number;
  /** Seconds until the window ends, at least 1. */
  readonly resetS: number;
  /** Seconds to wait; 0 when allowed. */
  readonly retryAfterS: number;
}

export interface RateLimiterOptions {
  readonly clock: Clock;
  /** Requests per 60 s, by tier. */
  readonly limits: Readonly<Record<LimitTier, number>>;
  /** Keys that are remembered per tier; beyond that the oldest window is forgotten. */
  readonly maxKeys?: number;
}

const WINDOW_MS = 60_000;
const MAX_KEYS = 20_000;

interface Window {
  readonly endMs: number;
  used: number;
}

export class RateLimiter {
  readonly #options: RateLimiterOptions;
  readonly #maxKeys: number;
  /** In order of their ends: a window that begins is put last. */
  readonly #windows: Readonly<Record<LimitTier, Map<string, Window>>> = {
    public: new Map(),
    auth: new Map(),
    admin: new Map(),
    delivery: new Map(),
  };

  constructor(options: RateLimiterOptions) {
    this.#options = options;
    this.#maxKeys = options.maxKeys ?? MAX_KEYS;
  }

  /** Counts one request. @param key an address (see `addressKey`), account or API key. */
  take(key: string, tier: LimitTier): RateVerdict {
    const nowMs = this.#options.clock.monotonic();
    const limit = this.#options.limits[tier];
    const windows = this.#windows[tier];
    let window = windows.get(key);
    if (window === undefined || window.endMs <= nowMs) {
      windows.delete(key);
      if (windows.size >= this.#maxKeys) {
        const oldest = windows.keys().next();
        if (oldest.done !== true) windows.delete(oldest.value);
      }
      window = { endMs: nowMs + WINDOW_MS, used: 0 };
      windows.set(key, window);
    }
    const resetS = Math.max(1, Math.ceil((window.endMs - nowMs) / 1000));
    if (window.used >= limit) return { allowed: false, limit, remaining: 0, resetS, retryAfterS: resetS };
    window.used++;
    return { allowed: true, limit, remaining: limit - window.used, resetS, retryAfterS: 0 };
  }
}
