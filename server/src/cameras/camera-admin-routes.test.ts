/** Administration of cameras and areas over HTTP, with a real database: rules, replies, and what the audit trail says. */
import Fastify, { type FastifyInstance, type InjectOptions } from 'fastify';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '@pantau/base/clock';
import { silentLogger } from '@pantau/base/logger';
import { AdminArea, AdminAreas } from '@pantau/contract/area';
import { AdminCamera, AdminCameras } from '@pantau/contract/camera';
import { Envelope } from '@pantau/contract/envelope';
import { ANONYMOUS } from '../access/principal.ts';
import type { RouteAccess } from '../access/route-access.ts';
import { areaAdminRoutes } from '../areas/area-admin-routes.ts';
import { AreaService } from '../areas/area-service.ts';
import { createAreaStore } from '../areas/area-store.ts';
import type { Database } from '../db/database.ts';
import { createErrorHandler } from '../http/error-response.ts';
import { openSecrets } from '../secrets/open-secrets.ts';
import { DATABASE_KINDS, makeTestFolder, openTestDatabase } from '../testing/open-test-database.ts';
import { cameraAdminRoutes } from './camera-admin-routes.ts';
import { CameraService } from './camera-service.ts';
import { createCameraStore } from './camera-store.ts';
import { createAddressRule } from './source-address.ts';

const ACTOR = {
  kind: 'account',
  id: 7,
  name: 'operator-1',
  address: '203.0.113.7',
  userAgent: 'test',
  endpoint: 'TEST',
} as const;
/** Pieces that no reply and no entry of the audit trail may hold. */
const SECRETS = ['S4ndi-Lama', 'S4ndi-Baru', 'S4ndi-Jalur'];
const SOURCE = { source_url: 'rtsp://admin:S4ndi-Lama@198.51.100.7:8554/live?pwd=S4ndi-Jalur' };

describe.each(DATABASE_KINDS)('administration on %s', (kind) => {
  let opened: { database: Database; close(): Promise<void> };
  let folder: ReturnType<typeof makeTestFolder>;
  let app: FastifyInstance;
  let cameras: CameraService;
  const declared = new Map<string, Partial<RouteAccess>>();
  const replies: string[] = [];

  beforeAll(async () => {
    opened = await openTestDatabase(kind);
    folder = makeTestFolder();
    const { database } = opened;
    const options = { dataDir: folder.path, database, clock: systemClock, logger: silentLogger };
    const { box } = await openSecrets(options);
    const areas = new AreaService(createAreaStore(database, systemClock));
    cameras = new CameraService(
      createCameraStore(database, systemClock, box, silentLogger),
      createAddressRule({ allowed: [], ownPort: () => 3000 }),
    );
    app = Fastify();
    app.setErrorHandler(createErrorHandler(systemClock));
    app.addHook('onRequest', (request, _reply, done) => {
      request.principal = ANONYMOUS;
      request.actor = ACTOR;
      done();
    });
    app.addHook('onRoute', ({ method, url, config }) => {
      if (method !== 'HEAD') declared.set(`${String(method)} ${url}`, config ?? {});
    });
    await app.register(cameraAdminRoutes(cameras, areas));
    await app.register(areaAdminRoutes(areas));
    await app.ready();
  }, 30_000);
  afterAll(async () => {
    await app.close();
    await opened.close();
    folder.remove();
  });
  beforeEach(async () => {
    await opened.database.write(async (transaction) => {
      for (const table of ['cameras', 'areas', 'audit_events'] as const)
        await transaction.deleteFrom(table).execute();
    });
  });

  async function call(method: InjectOptions['method'], url: string, payload?: object) {
    const response = await app.inject({
      method: method ?? 'GET',
      url,
      ...(payload === undefined ? {} : { payload }),
    });
    replies.push(response.body);
    const body = response.json();
    return { status: response.statusCode, body, data: body.data, headers: response.headers };
  }

  async function readEvents() {
    const rows = await opened.database.read.selectFrom('audit_events').selectAll().orderBy('id').execute();
    for (const { details } of rows) replies.push(details);
    return rows.map((row) => ({
      type: row.type,
      target: [row.target_kind, row.target_id, row.target_name],
      actor: row.actor_name,
      changes: JSON.parse(row.details).changes,
    }));
  }

  const addCamera = async (more: object = {}) =>
    (await call('POST', '/api/cameras', { name: 'Simpang Lima', ...SOURCE, ...more })).data;

  it('declares its rights and its events', () => {
    const write = (right: string, event: string) => ({ access: right, audit: [event] });
    expect(Object.fromEntries(declared)).toEqual({
      'GET /api/cameras': { access: 'cameras:read' },
      'GET /api/cameras/:id': { access: 'cameras:read' },
      'POST /api/cameras': write('cameras:write', 'CAMERA_CREATED'),
      'PUT /api/cameras/:id': write('cameras:write', 'CAMERA_UPDATED'),
      'DELETE /api/cameras/:id': write('cameras:write', 'CAMERA_DELETED'),
      'POST /api/cameras/:id/new-link': write('cameras:write', 'CAMERA_UPDATED'),
      'GET /api/areas': { access: 'areas:read' },
      'GET /api/areas/:id': { access: 'areas:read' },
      'POST /api/areas': write('areas:write', 'AREA_CREATED'),
      'PUT /api/areas/:id': write('areas:write', 'AREA_UPDATED'),
      'DELETE /api/areas/:id': write('areas:write', 'AREA_DELETED'),
    });
  });

  it('adds a camera: the login apart, the password nowhere to be seen', async () => {
    const area = (await call('POST', '/api/areas', { name: 'Kota' })).data;
    const created = await call('POST', '/api/cameras', {
      name: ' Simpang Lima ',
      ...SOURCE,
      area_id: area.id,
      group_name: 'Dishub',
      visibility: 'unlisted',
      latitude: -7.15,
      longitude: 0,
    });
    expect(created).toMatchObject({
      status: 201,
      headers: { location: `/api/cameras/${created.data.id}` },
      data: {
        name: 'Simpang Lima',
        area_name: 'Kota',
        group_name: 'Dishub',
        visibility: 'unlisted',
        longitude: 0,
        enabled: true,
        source_url: 'rtsp://198.51.100.7:8554/live?pwd=***',
        source_username: 'admin',
        has_password: true,
        password_unreadable: false,
        stream_key: expect.stringMatching(/^[a-z2-7]{26}$/),
      },
    });
    expect([...Value.Errors(Envelope(AdminCamera), created.body)]).toEqual([]);
    expect((await call('GET', `/api/cameras/${created.data.id}`)).data).toEqual(created.data);
    expect((await cameras.get(created.data.id)).source.password?.reveal()).toBe('S4ndi-Lama');
    expect(await readEvents()).toMatchObject([
      { type: 'AREA_CREATED' },
      {
        type: 'CAMERA_CREATED',
        actor: 'operator-1',
        target: ['camera', String(created.data.id), 'Simpang Lima'],
        changes: {
          name: [null, 'Simpang Lima'],
          source_url: [null, 'rtsp://198.51.100.7:8554/live?pwd=***'],
          source_password: [null, '***'],
          stream_key: [null, '***'],
          visibility: [null, 'unlisted'],
        },
      },
    ]);
  });

  it('takes a login that is given beside the address', async () => {
    const { id } = await addCamera({ source_username: 'lain', source_password: 'S4ndi-Baru' });
    const { source } = await cameras.get(id);
    expect([source.username, source.password?.reveal()]).toEqual(['lain', 'S4ndi-Baru']);
  });

  it('changes what is given and says what changed', async () => {
    const { id, stream_key: key } = await addCamera({ location: 'Jl. Lama', latitude: 1, longitude: 2 });
    const changed = await call('PUT', `/api/cameras/${id}`, {
      location: 'Jl. Baru',
      latitude: null,
      longitude: null,
      source_password: 'S4ndi-Baru',
    });
    expect(changed).toMatchObject({
      status: 200,
      data: {
        location: 'Jl. Baru',
        latitude: null,
        longitude: null,
        source_username: 'admin',
        stream_key: key,
      },
    });
    const { source } = await cameras.get(id);
    expect([source.url, source.password?.reveal()]).toEqual([
      'rtsp://198.51.100.7:8554/live?pwd=S4ndi-Jalur',
      'S4ndi-Baru',
    ]);
    expect((await readEvents())[1]).toMatchObject({
      type: 'CAMERA_UPDATED',
      changes: {
        location: ['Jl. Lama', 'Jl. Baru'],
        latitude: [1, null],
        longitude: [2, null],
        source_password: ['***', '***'],
      },
    });
    expect(Object.keys((await readEvents())[1]?.changes).toSorted()).toEqual([
      'latitude',
      'location',
      'longitude',
      'source_password',
    ]);
  });

  it('keeps how media travels and the other addresses, and shows no secret in them', async () => {
    const { id } = await addCamera({
      transport: 'udp',
      tls_fingerprint: 'AB:'.repeat(31) + 'CD',
      audio: false,
      sub_url: 'rtsp://lain:S4ndi-Baru@198.51.100.7:8554/sub?pwd=S4ndi-Jalur',
      snapshot_url: 'http://198.51.100.7/snap?user=admin&password=S4ndi-Jalur',
      onvif_url: 'https://198.51.100.7/onvif/device_service',
      onvif_profile: 'Profile_1',
    });
    const shown = (await call('GET', `/api/cameras/${id}`)).data;
    expect(shown).toMatchObject({
      source_username: 'admin',
      transport: 'udp',
      tls_fingerprint: 'ab'.repeat(31) + 'cd',
      audio: false,
      sub_url: 'rtsp://198.51.100.7:8554/sub?pwd=***',
      snapshot_url: 'http://198.51.100.7/snap?user=admin&password=***',
      onvif_url: 'https://198.51.100.7/onvif/device_service',
      onvif_profile: 'Profile_1',
    });
    // What a form sends back as it was shown changes nothing.
    const { sub_url, snapshot_url, source_url, onvif_url, tls_fingerprint } = shown;
    const same = { sub_url, snapshot_url, source_url, onvif_url, tls_fingerprint };
    expect((await call('PUT', `/api/cameras/${id}`, same)).data).toEqual(shown);
    expect(await readEvents()).toHaveLength(1);
    expect((await cameras.get(id)).sub).toMatchObject({
      url: 'rtsp://198.51.100.7:8554/sub?pwd=S4ndi-Jalur',
      username: 'admin',
      transport: 'udp',
      audio: false,
    });

    const cleared = { transport: null, tls_fingerprint: null, audio: true, sub_url: null, snapshot_url: '' };
    expect((await call('PUT', `/api/cameras/${id}`, cleared)).data).toMatchObject({
      ...cleared,
      snapshot_url: null,
      onvif_profile: 'Profile_1',
    });
    expect((await readEvents())[1]?.changes).toEqual({
      transport: ['udp', null],
      tls_fingerprint: ['ab'.repeat(31) + 'cd', null],
      audio: [false, true],
      sub_url: ['rtsp://198.51.100.7:8554/sub?pwd=***', null],
      snapshot_url: ['http://198.51.100.7/snap?user=admin&password=***', null],
    });
    await call('PUT', `/api/cameras/${id}`, { sub_url: 'rtsp://198.51.100.7:8554/sub?pwd=S4ndi-Lama' });
    await call('PUT', `/api/cameras/${id}`, { sub_url: 'rtsp://198.51.100.7:8554/sub?pwd=S4ndi-Baru' });
    // A secret that changed looks the same, and is in the trail all the same.
    expect((await readEvents())[3]?.changes).toEqual({
      sub_url: ['rtsp://198.51.100.7:8554/sub?pwd=***', 'rtsp://198.51.100.7:8554/sub?pwd=***'],
    });
  });

  it('lets no address of a camera lead elsewhere than its host', async () => {
    const { id } = await addCamera({ sub_url: 'rtsp://198.51.100.7/sub' });
    for (const change of [
      { sub_url: 'rtsp://203.0.113.9/sub' },
      { snapshot_url: 'http://203.0.113.9/snap' },
      { onvif_url: 'http://203.0.113.9/onvif' },
      { source_url: 'rtsp://203.0.113.9/live' },
      { transport: 'multicast' },
      { tls_fingerprint: 'zz' },
      // Nothing here shows a certificate: nobody shall believe that it is looked at.
      { tls_fingerprint: 'ab'.repeat(32) },
      { onvif_profile: 'a\u0000b' },
    ])
      expect([change, (await call('PUT', `/api/cameras/${id}`, change)).status]).toEqual([change, 400]);
    const own = { source_url: 'rtsp://192.0.2.1/x', sub_url: 'rtsp://192.0.2.1/y' };
    expect((await call('PUT', `/api/cameras/${id}`, own)).status).toBe(200);
    // This server itself, and link-local addresses, are no place for a camera; nor for its other addresses.
    const local = { name: 'B', source_url: 'rtsp://169.254.169.254/x' };
    expect((await call('POST', '/api/cameras', local)).status).toBe(400);
  });

  it('keeps how media of the cameras of an area travels', async () => {
    const area = (await call('POST', '/api/areas', { name: 'Kota', transport: 'udp' })).data;
    expect(area.transport).toBe('udp');
    expect((await call('PUT', `/api/areas/${area.id}`, { transport: null })).data.transport).toBeNull();
    expect((await readEvents())[1]).toMatchObject({ changes: { transport: ['udp', null] } });
    expect((await call('PUT', `/api/areas/${area.id}`, { transport: 'rfc' })).status).toBe(400);
  });

  it('writes nothing when nothing changes', async () => {
    const { id } = await addCamera();
    expect((await call('PUT', `/api/cameras/${id}`, { name: 'Simpang Lima' })).status).toBe(200);
    expect(await readEvents()).toHaveLength(1);
  });

  it('sends the password of one host to no other', async () => {
    const { id } = await addCamera();
    const moved = await call('PUT', `/api/cameras/${id}`, { source_url: 'rtsp://203.0.113.9:8554/live' });
    expect(moved.data).toMatchObject({ source_username: null, has_password: false });
    expect((await cameras.get(id)).source.password).toBeUndefined();
    expect((await readEvents())[1]?.changes).toMatchObject({
      source_username: ['admin', null],
      source_password: ['***', null],
    });
  });

  it('removes the login when told to', async () => {
    const { id } = await addCamera();
    const cleared = await call('PUT', `/api/cameras/${id}`, { source_username: null, source_password: '' });
    expect(cleared.data).toMatchObject({ source_username: null, has_password: false });
  });

  it.each([
    ['public', 'unlisted', true],
    ['public', 'private', true],
    ['unlisted', 'private', true],
    ['private', 'unlisted', false],
    ['private', 'public', false],
    ['unlisted', 'public', false],
    ['private', 'private', false],
  ])('from %s to %s: a new link is %s', async (from, to, isNew) => {
    const { id, stream_key: key } = await addCamera({ visibility: from });
    const { data } = await call('PUT', `/api/cameras/${id}`, { visibility: to, sort_order: 5 });
    expect([data.visibility, data.stream_key !== key]).toEqual([to, isNew]);
    const [, updated] = await readEvents();
    expect(Object.keys(updated?.changes ?? {}).includes('stream_key')).toBe(isNew);
  });

  it('makes a new link on demand', async () => {
    const { id, stream_key: key } = await addCamera();
    const renewed = await call('POST', `/api/cameras/${id}/new-link`);
    expect(renewed).toMatchObject({ status: 200, data: { id, stream_key: expect.not.stringMatching(key) } });
    expect((await readEvents())[1]).toMatchObject({
      type: 'CAMERA_UPDATED',
      changes: { stream_key: ['***', '***'] },
    });
    expect(JSON.stringify(await readEvents())).not.toContain(renewed.data.stream_key);
  });

  it('removes a camera and remembers what it was', async () => {
    const { id } = await addCamera();
    expect(await call('DELETE', `/api/cameras/${id}`)).toMatchObject({ status: 200, data: { id } });
    expect(await call('GET', `/api/cameras/${id}`)).toMatchObject({ status: 404 });
    expect((await readEvents())[1]).toMatchObject({
      type: 'CAMERA_DELETED',
      target: ['camera', String(id), 'Simpang Lima'],
      changes: { name: ['Simpang Lima', null], source_password: ['***', null] },
    });
  });

  it('lists all cameras, by area and by words', async () => {
    const area = (await call('POST', '/api/areas', { name: 'Kota' })).data;
    await addCamera({ name: 'Alun-Alun', enabled: false, sort_order: 2 });
    await addCamera({ name: 'Pasar', area_id: area.id, location: 'Jl. ALUN', visibility: 'private' });
    const list = async (query = '') => await call('GET', `/api/cameras${query}`);
    const all = await list();
    expect([...Value.Errors(Envelope(AdminCameras), all.body)]).toEqual([]);
    const names = async (query: string) =>
      (await list(query)).data.map(({ name }: { readonly name: string }) => name);
    expect(await names('')).toEqual(['Pasar', 'Alun-Alun']);
    expect(await names(`?area_id=${area.id}`)).toEqual(['Pasar']);
    expect(await names('?q=alun')).toEqual(['Pasar', 'Alun-Alun']);
    expect(await names('?q=ALUN-')).toEqual(['Alun-Alun']);
    expect(await names(`?q=alun-&area_id=${area.id}`)).toEqual([]);
    // What only the server knows is not looked through.
    expect(await names('?q=S4ndi')).toEqual([]);
    expect((await list('?area_id=x')).status).toBe(400);
  });

  it.each<[name: string, method: 'POST' | 'PUT', body: object, status: number, code: string]>([
    ['no name', 'POST', SOURCE, 400, 'REQUEST_INVALID'],
    ['an empty name', 'POST', { name: ' ', ...SOURCE }, 400, 'CAMERA_INVALID'],
    ['no address', 'POST', { name: 'A' }, 400, 'REQUEST_INVALID'],
    ['another scheme', 'POST', { name: 'A', source_url: 'exec:reboot' }, 400, 'SOURCE_URL_INVALID'],
    ['a file', 'POST', { name: 'A', source_url: 'file:///etc/passwd' }, 400, 'SOURCE_URL_INVALID'],
    ['loopback', 'POST', { name: 'A', source_url: 'rtsp://127.0.0.1/x' }, 400, 'CAMERA_INVALID'],
    ['loopback in disguise', 'POST', { name: 'A', source_url: 'rtsp://2130706433/x' }, 400, 'CAMERA_INVALID'],
    ['cloud metadata', 'PUT', { source_url: 'rtsp://169.254.169.254/x' }, 400, 'CAMERA_INVALID'],
    ['mapped loopback', 'PUT', { source_url: 'rtsp://[::ffff:127.0.0.1]/x' }, 400, 'CAMERA_INVALID'],
    ['a name that is taken', 'POST', { name: 'simpang LIMA', ...SOURCE }, 409, 'CAMERA_EXISTS'],
    ['an area that does not exist', 'PUT', { area_id: 999_999 }, 404, 'AREA_NOT_FOUND'],
    ['a visibility of its own', 'PUT', { visibility: 'secret' }, 400, 'REQUEST_INVALID'],
    ['half a place', 'PUT', { latitude: 1 }, 400, 'CAMERA_INVALID'],
    ['a place beyond the pole', 'PUT', { latitude: 91, longitude: 0 }, 400, 'REQUEST_INVALID'],
    ['a control character', 'PUT', { source_password: 'a\r\nb' }, 400, 'CAMERA_INVALID'],
    ['a zone that does not exist', 'PUT', { timezone: 'Mars/Base' }, 400, 'CAMERA_INVALID'],
    ['nothing', 'PUT', {}, 400, 'REQUEST_INVALID'],
  ])('refuses %s and leaves everything as it was', async (_name, method, body, status, code) => {
    const { id } = await addCamera();
    const before = (await call('GET', '/api/cameras')).data;
    const reply = await call(method, method === 'POST' ? '/api/cameras' : `/api/cameras/${id}`, body);
    expect([reply.status, reply.body.code]).toEqual([status, code]);
    expect((await call('GET', '/api/cameras')).data).toEqual(before);
    expect(await readEvents()).toHaveLength(1);
  });

  it.each([
    ['GET', ''],
    ['PUT', ''],
    ['DELETE', ''],
    ['POST', '/new-link'],
  ] as const)(
    'answers 404 to %s of a camera that is not there, also when one is named like the id',
    async (method, path) => {
      await addCamera({ name: '4711' });
      const body = method === 'PUT' ? { location: 'x' } : undefined;
      const reply = await call(method, `/api/cameras/4711${path}`, body);
      expect([reply.status, reply.body.code]).toEqual([404, 'CAMERA_NOT_FOUND']);
      expect(await readEvents()).toHaveLength(1);
    },
  );

  it('adds, changes, counts and removes areas', async () => {
    const created = await call('POST', '/api/areas', { name: 'Kota', kecamatan: 'Bojonegoro', rt: '01' });
    expect(created).toMatchObject({ status: 201, data: { name: 'Kota', camera_count: 0, rt: '01' } });
    expect([...Value.Errors(Envelope(AdminArea), created.body)]).toEqual([]);
    const { id } = created.data;
    await addCamera({ area_id: id, enabled: false });
    const changed = await call('PUT', `/api/areas/${id}`, { name: 'Kota Lama', rt: null, sort_order: 3 });
    expect(changed.data).toMatchObject({
      name: 'Kota Lama',
      rt: null,
      kecamatan: 'Bojonegoro',
      sort_order: 3,
      camera_count: 1,
    });
    const all = await call('GET', '/api/areas');
    expect([...Value.Errors(Envelope(AdminAreas), all.body)]).toEqual([]);
    expect(all.data).toEqual([changed.data]);
    expect((await call('GET', `/api/areas/${id}`)).data).toEqual(changed.data);
    expect(await call('DELETE', `/api/areas/${id}`)).toMatchObject({
      status: 409,
      body: { code: 'AREA_IN_USE' },
    });
    for (const camera of await cameras.list()) await cameras.remove(camera.id, ACTOR);
    expect((await call('DELETE', `/api/areas/${id}`)).status).toBe(200);
    expect((await readEvents()).filter(({ type }) => type.startsWith('AREA'))).toEqual([
      expect.objectContaining({ type: 'AREA_CREATED', target: ['area', String(id), 'Kota'] }),
      expect.objectContaining({
        type: 'AREA_UPDATED',
        changes: { name: ['Kota', 'Kota Lama'], rt: ['01', null], sort_order: [0, 3] },
      }),
      expect.objectContaining({ type: 'AREA_DELETED', target: ['area', String(id), 'Kota Lama'] }),
    ]);
  });

  it.each<
    [
      name: string,
      method: 'POST' | 'PUT' | 'DELETE' | 'GET',
      id: string,
      body: object | undefined,
      code: string,
    ]
  >([
    ['a name twice', 'POST', '', { name: 'kOTA' }, 'AREA_EXISTS'],
    ['a name twice, by a change', 'PUT', '/own', { name: 'Desa' }, 'AREA_EXISTS'],
    ['an empty name', 'PUT', '/own', { name: ' ' }, 'AREA_INVALID'],
    ['nothing', 'PUT', '/own', {}, 'REQUEST_INVALID'],
    ['one that is not there', 'PUT', '/999999', { rt: '1' }, 'AREA_NOT_FOUND'],
    ['the removal of one that is not there', 'DELETE', '/999999', undefined, 'AREA_NOT_FOUND'],
    ['a look at one that is not there', 'GET', '/999999', undefined, 'AREA_NOT_FOUND'],
  ])('refuses %s', async (_name, method, path, body, code) => {
    const { id } = (await call('POST', '/api/areas', { name: 'Kota' })).data;
    await call('POST', '/api/areas', { name: 'Desa' });
    const reply = await call(method, `/api/areas${path.replace('own', String(id))}`, body);
    expect(reply.body.code).toBe(code);
    expect(await readEvents()).toHaveLength(2);
  });

  it('told no secret in any of these replies and entries', () => {
    expect(replies.length).toBeGreaterThan(100);
    for (const secret of SECRETS) expect(replies.filter((text) => text.includes(secret))).toEqual([]);
  });
});
