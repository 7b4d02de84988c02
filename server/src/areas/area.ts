/** An area of the town and the rules for its fields. */
import { AppError } from '@pantau/base/errors';
import { RTSP_TRANSPORTS, type RtspTransport } from '@pantau/media';
import { checkCoordinates, checkParagraphs, checkText } from '../fields.ts';

export interface Area {
  readonly id: number;
  readonly name: string;
  readonly description: string | null;
  readonly rt: string | null;
  readonly rw: string | null;
  readonly kelurahan: string | null;
  readonly kecamatan: string | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly sortOrder: number;
  /** How media of its cameras travels that have no transport of their own; null is the server's, `auto`. */
  readonly transport: RtspTransport | null;
}

/** What an operator says about an area; what is left out is empty. */
export type NewArea = { readonly name: string } & Partial<Omit<Area, 'id' | 'name'>>;

/** @throws AppError AREA_INVALID that names the field. */
export function checkArea(input: NewArea): Omit<Area, 'id'> {
  const fail = (message: string) => new AppError('invalid', 'AREA_INVALID', message);
  const name = checkText('name', input.name, 100, fail);
  if (name === null) throw fail('name must not be empty');
  checkCoordinates(input.latitude ?? null, input.longitude ?? null, fail);
  const transport = input.transport ?? null;
  if (transport !== null && !RTSP_TRANSPORTS.includes(transport))
    throw fail(`transport must be one of ${RTSP_TRANSPORTS.join(', ')}`);
  return {
    name,
    description: checkParagraphs('description', input.description, 2000, fail),
    rt: checkText('rt', input.rt, 10, fail),
    rw: checkText('rw', input.rw, 10, fail),
    kelurahan: checkText('kelurahan', input.kelurahan, 100, fail),
    kecamatan: checkText('kecamatan', input.kecamatan, 100, fail),
    latitude: input.latitude ?? null,
    longitude: input.longitude ?? null,
    sortOrder: input.sortOrder ?? 0,
    transport,
  };
}
