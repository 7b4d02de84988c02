import { Type, type Static } from 'typebox';
import { Nullable } from './nullable.ts';
import { StreamReason } from './stream.ts';

/** What is to be thought of a camera; the engine's words are explained in docs/design/circuit-breaker.md. */
export const VerdictKind = Type.Union([
  Type.Literal('ok'),
  Type.Literal('idle'),
  Type.Literal('connecting'),
  Type.Literal('unreachable'),
  Type.Literal('silent'),
  Type.Literal('wrong-login'),
  Type.Literal('busy'),
  Type.Literal('not-found'),
  Type.Literal('unsupported'),
  Type.Literal('dropped'),
  Type.Literal('garbled'),
  Type.Literal('misconfigured'),
  Type.Literal('parked'),
  /** The operator's word: nobody knocks. */
  Type.Literal('maintenance'),
]);

/** For the administration: how a camera does, and when it is tried again. */
export const CameraVerdict = Type.Object({
  camera_id: Type.Integer({ minimum: 1 }),
  kind: VerdictKind,
  /** UTC, ISO 8601: since when it is of this kind, as far as this process knows. */
  since: Nullable(Type.String({ format: 'date-time' })),
  /** The trouble behind it, as a code and in words. */
  reason: Nullable(StreamReason),
  /** When it is tried again unless somebody asks for it earlier; null while nothing is waited for. */
  next_attempt_at: Nullable(Type.String({ format: 'date-time' })),
  attempts_last_hour: Type.Integer({ minimum: 0 }),
  last_live_at: Nullable(Type.String({ format: 'date-time' })),
});
export type CameraVerdict = Static<typeof CameraVerdict>;

/** `GET /api/cameras/verdicts` → `Envelope(CameraVerdicts)`: of every enabled camera, in the order in which they are shown. */
export const CameraVerdicts = Type.Array(CameraVerdict);
export type CameraVerdicts = Static<typeof CameraVerdicts>;
