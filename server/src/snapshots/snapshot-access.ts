/**
 * Who may see a camera's picture: whoever may watch the camera, and on the same sites. Beside the cookie or key of the request a grant
 * ticket counts, for pages and programs that have only a link.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '@pantau/base/errors';
import type { Principal } from '../access/principal.ts';
import type { Camera } from '../cameras/camera.ts';
import { findAsker, mayEmbed, type SiteNames } from '../delivery/hotlink.ts';
import type { TicketBook } from '../delivery/ticket-book.ts';
import type { ViewerRights } from '../delivery/viewer-rights.ts';
import type { SecurityRules } from '../settings/security-settings.ts';
import type { StreamService } from '../streams/stream-service.ts';

export interface SnapshotAccessOptions {
  readonly streams: Pick<StreamService, 'getCamera' | 'findAccess'>;
  readonly tickets: Pick<TicketBook, 'check'>;
  readonly rights: Pick<ViewerRights, 'findHolder'>;
  readonly readRules: () => Pick<SecurityRules, 'embedOrigins'>;
  readonly publicUrl: string | undefined;
}

export interface SnapshotRequest {
  /** A camera's number, or its stream key. */
  readonly idOrKey: string;
  readonly principal: Principal;
  readonly ticket: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

export class SnapshotAccess {
  readonly #options: SnapshotAccessOptions;
  readonly #sites: SiteNames;

  constructor(options: SnapshotAccessOptions) {
    this.#options = options;
    this.#sites = { publicHost: URL.parse(options.publicUrl ?? '')?.host };
  }

  /**
   * @throws AppError CAMERA_NOT_FOUND, also for one that may not be seen; HOTLINK_REFUSED when another site's page asks that may not
   * show it.
   */
  async admit(request: SnapshotRequest): Promise<Camera> {
    const { streams, readRules } = this.#options;
    const camera = streams.getCamera(request.idOrKey, await this.#findViewer(request));
    const isPrivate = camera.visibility === 'private';
    const asker = findAsker(request.headers, this.#sites, isPrivate);
    if (asker.isForeign && (isPrivate || !mayEmbed(asker, readRules().embedOrigins)))
      throw new AppError('forbidden', 'HOTLINK_REFUSED', 'This site may not show pictures of this camera.');
    return camera;
  }

  async #findViewer({ idOrKey, principal, ticket }: SnapshotRequest): Promise<Principal> {
    const { streams, tickets, rights } = this.#options;
    if (ticket === undefined || streams.findAccess(idOrKey) === undefined) return principal;
    const checked = tickets.check(idOrKey, ticket);
    if (checked?.subject === undefined || checked.isExpired) return principal;
    return (await rights.findHolder(checked.subject)) ?? principal;
  }
}
