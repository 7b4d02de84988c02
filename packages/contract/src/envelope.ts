import { Type, type Static, type TSchema } from 'typebox';

/** Every successful reply: `{ success: true, data, message? }`. */
export function Envelope<T extends TSchema>(data: T) {
  return Type.Object({ success: Type.Literal(true), data, message: Type.Optional(Type.String()) });
}

/** Every failed reply. `code` is stable and listed in `errors.ts`; 5xx replies say nothing but the request id. */
export const ErrorReply = Type.Object({
  success: Type.Literal(false),
  code: Type.String(),
  message: Type.String(),
  request_id: Type.Optional(Type.String()),
  /** What is wrong, field by field, where one sentence is not enough. */
  errors: Type.Optional(
    Type.Array(Type.Object({ field: Type.String(), code: Type.String(), message: Type.String() })),
  ),
  /** Seconds after which to try again, as in `Retry-After`. */
  retry_after: Type.Optional(Type.Integer()),
});
export type ErrorReply = Static<typeof ErrorReply>;
