import { Type, type Static } from 'typebox';

const Check = Type.Object({
  status: Type.Union([Type.Literal('ok'), Type.Literal('degraded'), Type.Literal('failed')]),
  /** In words, without paths or addresses. */
  message: Type.Optional(Type.String()),
});

/** `GET /health`: 200 while `status` is `ok` or `degraded`, 503 when `failed` or `stopping`. Not in the envelope: monitors read `status` at the top. */
export const Health = Type.Object({
  status: Type.Union([
    Type.Literal('ok'),
    Type.Literal('degraded'),
    Type.Literal('failed'),
    Type.Literal('stopping'),
  ]),
  /** UTC, ISO 8601. */
  timestamp: Type.String({ format: 'date-time' }),
  uptime_seconds: Type.Integer({ minimum: 0 }),
  version: Type.String(),
  checks: Type.Object({ database: Check, engine: Check, disk: Check }),
});
export type Health = Static<typeof Health>;
