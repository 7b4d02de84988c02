/** Administration of cameras. Passwords go in and never come out. */
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { Secret } from '@pantau/base/secret';
import {
  AdminCamera,
  AdminCameras,
  CamerasQuery,
  CreateCameraInput,
  UpdateCameraInput,
} from '@pantau/contract/camera';
import { Envelope } from '@pantau/contract/envelope';
import type { AreaService } from '../areas/area-service.ts';
import type { Camera, CameraChanges } from './camera.ts';
import { presentAdminCamera } from './camera-present.ts';
import type { CameraService } from './camera-service.ts';
import { changeSource, type SourceChange } from './source-change.ts';

const Params = Type.Object({ id: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }) });
const EMPTY_SOURCE = { url: '', username: undefined, password: undefined };

export function cameraAdminRoutes(cameras: CameraService, areas: AreaService): FastifyPluginCallbackTypebox {
  const answer = async (camera: Camera) => {
    const area = camera.areaId === null ? undefined : await areas.find(camera.areaId);
    return { success: true as const, data: presentAdminCamera(camera, area?.name ?? null) };
  };

  return (app, _options, done) => {
    app.get(
      '/api/cameras',
      {
        config: { access: 'cameras:read' },
        schema: { querystring: CamerasQuery, response: { 200: Envelope(AdminCameras) } },
      },
      async (request) => {
        const { area_id: areaId, q: text } = request.query;
        const [found, allAreas] = await Promise.all([cameras.list({ areaId, text }), areas.list()]);
        const names = new Map(allAreas.map((area) => [area.id, area.name]));
        const nameOf = ({ areaId: id }: Camera) => (id === null ? null : (names.get(id) ?? null));
        return {
          success: true as const,
          data: found.map((camera) => presentAdminCamera(camera, nameOf(camera))),
        };
      },
    );

    app.get(
      '/api/cameras/:id',
      {
        config: { access: 'cameras:read' },
        schema: { params: Params, response: { 200: Envelope(AdminCamera) } },
      },
      async (request) => answer(await cameras.get(request.params.id)),
    );

    app.post(
      '/api/cameras',
      {
        config: { access: 'cameras:write', audit: ['CAMERA_CREATED'] },
        schema: { body: CreateCameraInput, response: { 201: Envelope(AdminCamera) } },
      },
      async (request, reply) => {
        const { name, source_url: url } = request.body;
        const source = changeSource(EMPTY_SOURCE, { ...readSource(request.body), url });
        const camera = await cameras.create({ ...readFields(request.body), name, source }, request.actor);
        reply.code(201).header('location', `/api/cameras/${camera.id}`);
        return answer(camera);
      },
    );

    app.put(
      '/api/cameras/:id',
      {
        config: { access: 'cameras:write', audit: ['CAMERA_UPDATED'] },
        schema: { params: Params, body: UpdateCameraInput, response: { 200: Envelope(AdminCamera) } },
      },
      async (request) => {
        const { name, source_url: url } = request.body;
        const source = { ...readSource(request.body), ...(url === undefined ? {} : { url }) };
        const changes: CameraChanges = {
          ...readFields(request.body),
          ...(name === undefined ? {} : { name }),
          ...(Object.keys(source).length === 0 ? {} : { source }),
        };
        return answer(await cameras.update(request.params.id, changes, request.actor));
      },
    );

    app.delete(
      '/api/cameras/:id',
      {
        config: { access: 'cameras:write', audit: ['CAMERA_DELETED'] },
        schema: { params: Params, response: { 200: Envelope(AdminCamera) } },
      },
      async (request) => answer(await cameras.remove(request.params.id, request.actor)),
    );

    app.post(
      '/api/cameras/:id/new-link',
      {
        config: { access: 'cameras:write', audit: ['CAMERA_UPDATED'] },
        schema: { params: Params, response: { 200: Envelope(AdminCamera) } },
      },
      async (request) => answer(await cameras.rotateStreamKey(request.params.id, request.actor)),
    );
    done();
  };
}

/** What was given, under our names. */
function readFields(body: UpdateCameraInput): Omit<CameraChanges, 'name' | 'source'> {
  const { name: _name, source_url: _url, source_username: _user, source_password: _password, ...rest } = body;
  const { transport: _transport, tls_fingerprint: _fingerprint, audio: _audio, ...named } = rest;
  const { group_name: groupName, area_id: areaId, sort_order: sortOrder, ...others } = named;
  const { sub_url: subUrl, snapshot_url: snapshotUrl, onvif_url: onvifUrl, ...more } = others;
  const { onvif_profile: onvifProfile, ...fields } = more;
  return {
    ...fields,
    ...(subUrl === undefined ? {} : { subUrl }),
    ...(snapshotUrl === undefined ? {} : { snapshotUrl }),
    ...(onvifUrl === undefined ? {} : { onvifUrl }),
    ...(onvifProfile === undefined ? {} : { onvifProfile }),
    ...(groupName === undefined ? {} : { groupName }),
    ...(areaId === undefined ? {} : { areaId }),
    ...(sortOrder === undefined ? {} : { sortOrder }),
  };
}

/** How it is reached, but for the address. An empty password, name or fingerprint is none. */
function readSource(body: UpdateCameraInput): SourceChange {
  const { source_username: username, source_password: password } = body;
  const { transport, tls_fingerprint: fingerprint, audio } = body;
  return {
    ...(username === undefined ? {} : { username: username === '' ? null : username }),
    ...(password === undefined
      ? {}
      : { password: password === null || password === '' ? null : new Secret(password) }),
    ...(transport === undefined ? {} : { transport }),
    ...(fingerprint === undefined ? {} : { tlsFingerprint: fingerprint === '' ? null : fingerprint }),
    ...(audio === undefined ? {} : { audio }),
  };
}
