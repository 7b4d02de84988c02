import type { Secret } from '@pantau/base/secret';

/** How media of an RTSP camera travels: `auto` is TCP, then UDP where the camera has nothing else; `http` is the tunnel through port 80 or 443. */
export const RTSP_TRANSPORTS = ['auto', 'tcp', 'udp', 'http'] as const;
export type RtspTransport = (typeof RTSP_TRANSPORTS)[number];

/** Where a stream comes from. The credentials are apart from the URL, so that the URL can be shown to an operator. */
export interface SourceDefinition {
  /** `rtsp(s)://host[:port]/path?query` or `http(s)://…`, without userinfo. */
  readonly url: string;
  readonly username: string | undefined;
  readonly password: Secret | undefined;
  /** RTSP only. Default `auto`. */
  readonly transport?: RtspTransport | undefined;
  /** SHA-256 of the camera's certificate, 64 lower-case hex digits: TLS accepts that certificate and no other. */
  readonly tlsFingerprint?: string | undefined;
  /** False leaves the camera's sound out. Default true. */
  readonly audio?: boolean | undefined;
}

export interface StreamDefinition {
  /** Public, unguessable name in `/hls/<key>/…` and `/mse/<key>`: `[a-z0-9-]{8,64}`. */
  readonly key: string;
  readonly source: SourceDefinition;
  /** The same picture, smaller: the camera's sub stream. Pulled only when somebody wants it. */
  readonly sub?: SourceDefinition | undefined;
  /** `always` keeps pulling; `on-demand` pulls while somebody watches and `idleCloseMs` longer. */
  readonly pull: 'always' | 'on-demand';
  /** Ms between the last viewer and closing an on-demand source. Default 30 000. */
  readonly idleCloseMs?: number;
}
