/** The newest still picture of a camera, for `<img>`: a picture, or a drawing that says why there is none. */
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { AppError } from '@pantau/base/errors';
import type { MediaEngine } from '@pantau/media';
import type { Camera } from '../cameras/camera.ts';
import { isoTime } from '../iso-time.ts';
import { drawPlaceholder, placeholderReason } from './placeholder-picture.ts';
import type { SnapshotAccess } from './snapshot-access.ts';
import type { FoundPicture, SnapshotService } from './snapshot-service.ts';

export interface SnapshotRoutesOptions {
  readonly snapshots: SnapshotService;
  readonly access: SnapshotAccess;
  readonly engine: Pick<MediaEngine, 'findStatus'>;
}

const Params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 200 }) });
const Query = Type.Object({
  /** Pixels of the longer side, at most. Default 960. */
  w: Type.Optional(Type.Union([Type.Literal('320'), Type.Literal('960')])),
  /** Default: WebP for who accepts it, else JPEG. */
  format: Type.Optional(Type.Union([Type.Literal('jpeg'), Type.Literal('webp')])),
  /** The version that a list spoke of: such an address may be kept by caches. */
  v: Type.Optional(Type.String({ pattern: '^\\d{1,16}$' })),
  /** A grant of `GET /api/stream/:id/token`. */
  ticket: Type.Optional(Type.String({ maxLength: 100 })),
});
const SIZES = { '320': 320, '960': 960 } as const;
/** A version is never another picture; after a day nobody asks for it any more. */
const IMMUTABLE = 'public, max-age=86400, immutable';

export function snapshotRoutes(options: SnapshotRoutesOptions): FastifyPluginCallbackTypebox {
  const { snapshots, access, engine } = options;
  return (app, _options, done) => {
    app.get(
      '/api/cameras/:id/snapshot',
      {
        // A page asks for one with each card, by itself.
        config: { access: 'public', limit: 'delivery', passive: true },
        schema: {
          summary: 'The newest still picture of a camera',
          description:
            'JPEG or WebP, with its age in `Last-Modified` and `X-Snapshot-Taken`. Where there is none: an SVG that says why, with `X-Snapshot: placeholder`, or 404 if a format was asked for.',
          params: Params,
          querystring: Query,
          produces: ['image/jpeg', 'image/webp', 'image/svg+xml'],
          // What is sent is the bytes that this describes.
          response: { 200: Type.Unsafe<Buffer>({ type: 'string', description: 'A picture' }) },
        },
      },
      async (request, reply) => {
        const { w = '960', format, v, ticket } = request.query;
        const { principal, headers } = request;
        const camera = await access.admit({ idOrKey: request.params.id, principal, ticket, headers });
        const wanted = format ?? (acceptsWebp(headers.accept) ? 'webp' : 'jpeg');
        const found = await snapshots.findPicture(camera, SIZES[w], wanted);
        reply.headers(audienceHeaders(camera, format === undefined));
        if (found === undefined) {
          const problem = snapshots.findProblem(camera.id);
          const reason = placeholderReason(camera, engine.findStatus(camera.streamKey), problem);
          if (format !== undefined)
            throw new AppError('not-found', 'NOT_FOUND', `There is no picture of this camera: ${reason}.`);
          return sendPlaceholder(reply, drawPlaceholder(reason), reason);
        }
        return sendPicture(reply, camera, found, {
          isVersioned: v === String(found.takenMs),
          ifNoneMatch: headers['if-none-match'],
        });
      },
    );
    done();
  };
}

function sendPicture(
  reply: FastifyReply,
  camera: Camera,
  { takenMs, picture }: FoundPicture,
  { isVersioned, ifNoneMatch }: { readonly isVersioned: boolean; readonly ifNoneMatch: string | undefined },
): FastifyReply {
  const etag = `"${camera.id.toString(36)}-${takenMs.toString(36)}-${picture.size}-${picture.format}"`;
  const keep = camera.visibility === 'private' ? 'private, no-store' : isVersioned ? IMMUTABLE : 'no-cache';
  reply.headers({
    etag,
    'cache-control': keep,
    'last-modified': new Date(takenMs).toUTCString(),
    'x-snapshot': 'picture',
    'x-snapshot-taken': isoTime(takenMs),
  });
  if (matches(ifNoneMatch, etag)) return reply.code(304).send();
  return reply.type(`image/${picture.format}`).send(picture.bytes);
}

/** 200, or browsers would show a broken picture instead of the words. */
function sendPlaceholder(reply: FastifyReply, drawing: Buffer, reason: string): FastifyReply {
  return reply
    .headers({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-snapshot': 'placeholder',
      'x-snapshot-reason': reason,
    })
    .type('image/svg+xml; charset=utf-8')
    .send(drawing);
}

/** Pictures of open cameras may be read by any site that is let in; of private ones by nobody's page but ours. */
function audienceHeaders(
  { visibility }: Pick<Camera, 'visibility'>,
  isNegotiated: boolean,
): Readonly<Record<string, string>> {
  const isPrivate = visibility === 'private';
  const vary = [
    ...(isNegotiated ? ['Accept'] : []),
    ...(isPrivate ? ['Cookie, Authorization, X-API-Key'] : []),
  ];
  return {
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': isPrivate ? 'same-origin' : 'cross-origin',
    ...(isPrivate
      ? {}
      : {
          'access-control-allow-origin': '*',
          'access-control-expose-headers': 'ETag, X-Snapshot, X-Snapshot-Taken, X-Snapshot-Reason',
        }),
    ...(vary.length === 0 ? {} : { vary: vary.join(', ') }),
  };
}

/** RFC 9110 section 12.5.1, as far as it matters here: browsers name WebP when they can, programs send a star or nothing. */
export function acceptsWebp(accept: string | undefined): boolean {
  return (accept ?? '')
    .toLowerCase()
    .split(',')
    .map((item) => item.split(';').map((part) => part.trim()))
    .some(([type, ...rest]) => type === 'image/webp' && !rest.some((part) => /^q=0(\.0*)?$/.test(part)));
}

/** `If-None-Match` by weak comparison (RFC 9110 section 13.1.2). */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((item) => item.trim().replace(/^W\//, '') === etag || item.trim() === '*');
}
