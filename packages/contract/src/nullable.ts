import { Type, type TSchema } from 'typebox';

/** A value or null, spelled the way Fastify's serialiser knows it. */
export function Nullable<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()]);
}
