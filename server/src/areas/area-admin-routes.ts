/** Administration of areas. */
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { AdminArea, AdminAreas, CreateAreaInput, UpdateAreaInput } from '@pantau/contract/area';
import { Envelope } from '@pantau/contract/envelope';
import type { Area } from './area.ts';
import { presentAdminArea } from './area-present.ts';
import type { AreaService } from './area-service.ts';

const Params = Type.Object({ id: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }) });

export function areaAdminRoutes(areas: AreaService): FastifyPluginCallbackTypebox {
  const answer = async (area: Area) => {
    const counts = await areas.countCameras();
    return { success: true as const, data: presentAdminArea(area, counts.get(area.id) ?? 0) };
  };

  return (app, _options, done) => {
    app.get(
      '/api/areas',
      { config: { access: 'areas:read' }, schema: { response: { 200: Envelope(AdminAreas) } } },
      async () => {
        const [all, counts] = await Promise.all([areas.list(), areas.countCameras()]);
        return {
          success: true as const,
          data: all.map((area) => presentAdminArea(area, counts.get(area.id) ?? 0)),
        };
      },
    );

    app.get(
      '/api/areas/:id',
      {
        config: { access: 'areas:read' },
        schema: { params: Params, response: { 200: Envelope(AdminArea) } },
      },
      async (request) => answer(await areas.get(request.params.id)),
    );

    app.post(
      '/api/areas',
      {
        config: { access: 'areas:write', audit: ['AREA_CREATED'] },
        schema: { body: CreateAreaInput, response: { 201: Envelope(AdminArea) } },
      },
      async (request, reply) => {
        const { name, ...fields } = request.body;
        const area = await areas.create({ ...readFields(fields), name }, request.actor);
        reply.code(201).header('location', `/api/areas/${area.id}`);
        return answer(area);
      },
    );

    app.put(
      '/api/areas/:id',
      {
        config: { access: 'areas:write', audit: ['AREA_UPDATED'] },
        schema: { params: Params, body: UpdateAreaInput, response: { 200: Envelope(AdminArea) } },
      },
      async (request) => {
        const { name, ...fields } = request.body;
        const changes = { ...readFields(fields), ...(name === undefined ? {} : { name }) };
        return answer(await areas.update(request.params.id, changes, request.actor));
      },
    );

    app.delete(
      '/api/areas/:id',
      {
        config: { access: 'areas:write', audit: ['AREA_DELETED'] },
        schema: { params: Params, response: { 200: Envelope(AdminArea) } },
      },
      async (request) => answer(await areas.remove(request.params.id, request.actor)),
    );
    done();
  };
}

/** What was given, under our names. */
function readFields(body: Omit<UpdateAreaInput, 'name'>): Partial<Omit<Area, 'id' | 'name'>> {
  const { sort_order: sortOrder, ...fields } = body;
  return { ...fields, ...(sortOrder === undefined ? {} : { sortOrder }) };
}
