import type { Clock } from '@pantau/base/clock';
import type { Logger } from '@pantau/base/logger';
import type { RtpPacket } from '../rtp/rtp-packet.ts';
import type { PacketCounts } from '../rtp/rtp-receiver.ts';
import type { IsAddressAllowed, SourcePath } from '../source.ts';
import type { SourceDefinition } from '../source-definition.ts';
import type { MediaDescription } from '../media-description.ts';
import type { TransportMemory } from './transport-memory.ts';

/** Callbacks of a playing session. They must not throw; they run on the socket's turn of the loop. */
export interface RtspSessionHandler {
  /**
   * A packet of track `trackIndex` (index into `RtspSession.tracks`), in sequence order. Its payload holds until this returns.
   * @param lostBefore packets missing between this one and the one before it.
   * @param arrivalMs `Clock.now()` when its bytes were read.
   */
  onRtp(trackIndex: number, packet: RtpPacket, lostBefore: number, arrivalMs: number): void;
  /** An RTCP sender report: NTP time of `rtpTimestamp` by the camera's clock, UTC ms. */
  onSenderReport(trackIndex: number, rtpTimestamp: number, ntpMs: number): void;
}

export interface RtspSessionOptions {
  readonly source: SourceDefinition;
  readonly handler: RtspSessionHandler;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Aborts opening, and ends a playing session at once: TEARDOWN is sent, its answer not waited for. */
  readonly signal: AbortSignal;
  /** Ms for each step of opening. Default 5 000. */
  readonly stepTimeoutMs?: number;
  /** Ms without media after which a playing session fails with SOURCE_TIMEOUT. Default 10 000. */
  readonly silenceTimeoutMs?: number;
  /** Default: every address. Asked for where a redirect leads, too. */
  readonly isAddressAllowed?: IsAddressAllowed | undefined;
  /** What transport worked before; default nothing is known, and nothing is kept. */
  readonly memory?: TransportMemory | undefined;
}

/** An RTSP session in the playing state. Made by `openRtspSession` in `rtsp-client.ts`. */
export interface RtspSession extends AsyncDisposable {
  /** Every media section of the description, supported or not; `setUp` says which were. */
  readonly tracks: readonly (MediaDescription & { readonly setUp: boolean })[];
  /** `Server` header of the camera. */
  readonly server: string | undefined;
  /** Resolves never; rejects with MediaError when the session failed, resolves when `close` was called. */
  readonly ended: Promise<void>;
  /** Packets lost on all tracks so far. */
  readonly lostPackets: number;
  readonly packets: PacketCounts;
  readonly path: SourcePath;
  /** Asks the camera for a key frame, when its description says that it can be asked. Returns whether it was. */
  requestKeyframe(): boolean;
  /** Sends TEARDOWN (bounded wait), closes the socket. Idempotent. */
  close(): Promise<void>;
}
