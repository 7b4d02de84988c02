/** Links that open one stream and nothing else: what a wall, a recorder or VLC is given. */
import type { Clock } from '@pantau/base/clock';
import { AppError } from '@pantau/base/errors';
import type { StreamToken } from '@pantau/contract/stream';
import type { Principal } from '../access/principal.ts';
import type { Actor } from '../audit/actor.ts';
import type { Camera } from '../cameras/camera.ts';
import type { StreamService } from '../streams/stream-service.ts';
import { subjectOf } from './grant-holder.ts';
import type { TicketBook } from './ticket-book.ts';
import type { IssuedTicket } from './ticket.ts';

export interface StreamTokenServiceOptions {
  readonly streams: Pick<StreamService, 'getCamera'>;
  readonly tickets: TicketBook;
  readonly clock: Clock;
  /** Told of each ticket for a private stream, for the audit trail. Must not throw. */
  readonly onGranted: (actor: Actor, camera: Pick<Camera, 'id' | 'name'>) => void;
}

export class StreamTokenService {
  readonly #options: StreamTokenServiceOptions;

  constructor(options: StreamTokenServiceOptions) {
    this.#options = options;
  }

  /** @throws AppError CAMERA_NOT_FOUND, also for what `principal` may not watch. */
  issue(idOrKey: string, principal: Principal, actor: Actor): StreamToken {
    const { streams, clock } = this.#options;
    const camera = streams.getCamera(idOrKey, principal);
    const { text, expiresAtMs } = this.#issue(camera, principal, actor);
    return {
      token: text,
      stream_url: `/hls/${camera.streamKey}/${text}/index.m3u8`,
      expires_in: Math.max(0, Math.floor((expiresAtMs - clock.now()) / 1000)),
    };
  }

  #issue(camera: Camera, principal: Principal, actor: Actor): IssuedTicket {
    const { tickets, onGranted } = this.#options;
    if (camera.visibility !== 'private') return tickets.issueWindow(camera.streamKey);
    const subject = subjectOf(principal);
    if (subject === undefined)
      throw new AppError('not-found', 'CAMERA_NOT_FOUND', 'There is no such camera.');
    onGranted(actor, camera);
    return tickets.issueGrant(camera.streamKey, subject);
  }
}
