import type { Secret } from '@pantau/base/secret';

/** Where a stream comes from. The credentials are apart from the URL, so that the URL can be shown to an operator. */
export interface SourceDefinition {
  /** `rtsp://host[:port]/path?query` without userinfo. */
  readonly url: string;
  readonly username: string | undefined;
  readonly password: Secret | undefined;
}

export interface StreamDefinition {
  /** Public, unguessable name in `/hls/<key>/…` and `/mse/<key>`: `[a-z0-9-]{8,64}`. */
  readonly key: string;
  readonly source: SourceDefinition;
  /** `always` keeps pulling; `on-demand` pulls while somebody watches and `idleCloseMs` longer. */
  readonly pull: 'always' | 'on-demand';
  /** Ms between the last viewer and closing an on-demand source. Default 30 000. */
  readonly idleCloseMs?: number;
}
