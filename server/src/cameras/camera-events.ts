/** What the audit trail says of changes to cameras. Passwords and stream keys, which open something, are never in it. */
import type { Actor } from '../audit/actor.ts';
import { listChanges, listRemoved, SECRET, type AuditEvent, type AuditValue } from '../audit/audit-event.ts';
import type { Camera } from './camera.ts';
import { maskOrNull, maskSourceUrl } from './source-url.ts';

type Fields = Readonly<Record<string, AuditValue>>;

export function cameraCreated(camera: Camera, actor: Actor): AuditEvent {
  return toEvent('CAMERA_CREATED', camera, actor, listChanges({}, describe(camera)));
}

export function cameraDeleted(camera: Camera, actor: Actor): AuditEvent {
  return toEvent('CAMERA_DELETED', camera, actor, listRemoved(describe(camera)));
}

/** Undefined when nothing differs. */
export function cameraUpdated(before: Camera, after: Camera, actor: Actor): AuditEvent | undefined {
  const [old, now] = [describe(before), describe(after)];
  // What looks the same when masked may still differ.
  const masked = [
    before.source.url !== after.source.url ? 'source_url' : undefined,
    before.sub?.url !== after.sub?.url ? 'sub_url' : undefined,
    before.snapshotUrl !== after.snapshotUrl ? 'snapshot_url' : undefined,
    before.onvifUrl !== after.onvifUrl ? 'onvif_url' : undefined,
    before.source.password?.reveal() !== after.source.password?.reveal() ? 'source_password' : undefined,
    before.streamKey !== after.streamKey ? 'stream_key' : undefined,
  ].filter((field) => field !== undefined);
  const hidden = masked.map((field) => [field, [old[field] ?? null, now[field] ?? null]]);
  const changes: Fields = { ...Object.fromEntries(hidden), ...listChanges(old, now) };
  if (Object.keys(changes).length === 0) return undefined;
  return toEvent('CAMERA_UPDATED', after, actor, changes);
}

function toEvent(
  type: AuditEvent['type'],
  camera: Camera,
  actor: Actor,
  changes: Fields | undefined,
): AuditEvent {
  return {
    type,
    actor,
    target: { kind: 'camera', id: camera.id, name: camera.name },
    details: { changes: changes ?? {} },
  };
}

function describe(camera: Camera): Fields {
  const { source } = camera;
  return {
    name: camera.name,
    description: camera.description,
    location: camera.location,
    group_name: camera.groupName,
    area_id: camera.areaId,
    enabled: camera.enabled,
    status: camera.status,
    visibility: camera.visibility,
    source_url: maskSourceUrl(source.url),
    source_username: source.username ?? null,
    source_password: source.password === undefined && camera.credentialsUnreadable !== true ? null : SECRET,
    transport: source.transport ?? null,
    tls_fingerprint: source.tlsFingerprint ?? null,
    audio: source.audio !== false,
    sub_url: maskOrNull(camera.sub?.url),
    snapshot_url: maskOrNull(camera.snapshotUrl),
    onvif_url: maskOrNull(camera.onvifUrl),
    onvif_profile: camera.onvifProfile,
    latitude: camera.latitude,
    longitude: camera.longitude,
    timezone: camera.timezone,
    pull: camera.pull,
    video_codec: camera.videoCodec,
    stream_key: SECRET,
    sort_order: camera.sortOrder,
  };
}
