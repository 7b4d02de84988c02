import { Type, type TSchema } from 'typebox';

/** A value or null, spelled the way Fastify's serialiser knows it. */
export function Nullable<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()]);
}

/** One of the given words or null, for what clients send. */
export function WordOrNull<const T extends readonly string[]>(words: T) {
  return Type.Unsafe<T[number] | null>({ type: ['string', 'null'], enum: [...words, null] });
}

interface Value {
  readonly string: string;
  readonly number: number;
  readonly integer: number;
}

/**
 * The same for what clients send, where it differs: a validator that converts types tries the members of a union in turn and
 * would make 0 of null. One schema with two types is not converted when either fits.
 */
export function OrNull<T extends keyof Value>(type: T, limits: Readonly<Record<string, number>> = {}) {
  return Type.Unsafe<Value[T] | null>({ type: [type, 'null'], ...limits });
}
