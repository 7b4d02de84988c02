import type { Clock } from '@pantau/base/clock';
import type { Logger } from '@pantau/base/logger';
import type { MediaEvent } from './sample.ts';
import type { SourceDefinition } from './source-definition.ts';
import type { ProbeTrack } from './probe-report.ts';

/** The certificate that a camera showed. */
export interface TlsFacts {
  /** SHA-256 of the certificate (DER), 64 lower-case hex digits: what `tlsFingerprint` pins. */
  readonly fingerprint: string;
  /** Whether a known authority vouches for it and for the camera's name. */
  readonly verified: boolean;
}

/** How the bytes of a source travel. */
export interface SourcePath {
  readonly transport: 'tcp' | 'udp' | 'http';
  /** Undefined without TLS. */
  readonly tls: TlsFacts | undefined;
}

/** A source that is open and emitting: what the stream supervises, whatever the protocol behind it. */
export interface MediaSource extends AsyncDisposable {
  readonly server: string | undefined;
  readonly tracks: readonly ProbeTrack[];
  /** Rejects with MediaError when the source failed; resolves after `close`. */
  readonly ended: Promise<void>;
  readonly lostPackets: number;
  /** Undefined where there is no choice to tell of. */
  readonly path?: SourcePath | undefined;
  /** Somebody waits for a key frame: asks the camera for one where it can be asked, at most once a second. */
  requestKeyframe?(): void;
  close(): Promise<void>;
}

/** Whether cameras may be looked for at an address (never a name) and TCP port. Asked right before each connection; must not throw. */
export type IsAddressAllowed = (address: string, port: number) => boolean;

export interface OpenSourceOptions {
  readonly source: SourceDefinition;
  /** Receives config, samples and discontinuities in order; starts with a config, then a key frame. Must not throw. */
  readonly onEvent: (event: MediaEvent) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /**
   * Pictures come that are of no use until the next key frame: the camera lives, although no sample comes. Called at most
   * once a second. Must not throw.
   */
  readonly onWaitingForKeyframe?: (() => void) | undefined;
  /**
   * Asks the camera for a key frame by another way than the media session (ONVIF SetSynchronizationPoint), where that
   * offers none. Called at most once a second. Must not throw.
   */
  readonly askForKeyframe?: (() => void) | undefined;
  /** Default: every address. */
  readonly isAddressAllowed?: IsAddressAllowed | undefined;
}

/** Opens a source. The embedded engine's is `openByScheme` in `open-source.ts`. @throws MediaError */
export type OpenSource = (options: OpenSourceOptions) => Promise<MediaSource>;
