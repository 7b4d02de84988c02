/**
 * Checks requests and writes replies by the contract's schemas. Each is compiled when it is first needed: a start, and the
 * command that only asks for `/health`, need none of the hundred.
 *
 * Parts of the address are text and are converted where a number is asked for; a body is JSON and is taken as it is: `null` is
 * not `false`. A field that nobody knows is a mistake to be told, not to be dropped in silence.
 */
import { SerializerSelector } from '@fastify/fast-json-stringify-compiler';
import { Ajv, type Options, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import type { FastifySchema, FastifySchemaCompiler } from 'fastify';
import type { FastifySerializerCompiler } from 'fastify/types/schema.js';

const COMMON: Options = { useDefaults: true, removeAdditional: false, allErrors: false };

export function createValidatorCompiler(): FastifySchemaCompiler<FastifySchema> {
  const strict = openAjv({ ...COMMON, coerceTypes: false });
  const converting = openAjv({ ...COMMON, coerceTypes: 'array' });
  return ({ schema, httpPart }) => {
    let validate: ValidateFunction | undefined;
    return (data: unknown) => {
      validate ??= (httpPart === 'body' ? strict : converting).compile(schema);
      return (
        validate(data) || {
          error: validate.errors?.map((each) => ({ ...each, message: each.message ?? '' })) ?? [],
        }
      );
    };
  };
}

export function createSerializerCompiler(): FastifySerializerCompiler<FastifySchema> {
  const compile = SerializerSelector()();
  return (route) => {
    let serialize: ((data: unknown) => string) | undefined;
    return (data: unknown) => {
      serialize ??= compile({ ...route, httpStatus: route.httpStatus ?? '200' });
      return serialize(data);
    };
  };
}

function openAjv(options: Options): Ajv {
  const ajv = new Ajv(options);
  formats.default(ajv);
  return ajv;
}
