import { Type, type Static } from 'typebox';
import { KeyScope } from './access.ts';
import { Nullable } from './nullable.ts';

const Time = Type.String({ format: 'date-time' });

/** `GET /api/admin/api-keys` → `Envelope(ApiKeys)`. */
export const ApiKey = Type.Object({
  id: Type.Integer({ minimum: 1 }),
  name: Type.String(),
  /** First characters of the key, to tell keys apart. */
  prefix: Type.String(),
  scopes: Type.Array(KeyScope),
  created_at: Time,
  created_by: Nullable(Type.String()),
  expires_at: Nullable(Time),
  last_used_at: Nullable(Time),
  last_used_ip: Nullable(Type.String()),
});
export type ApiKey = Static<typeof ApiKey>;
export const ApiKeys = Type.Array(ApiKey);

/** `POST /api/admin/api-keys` → 201 `Envelope(CreatedApiKey)`. */
export const CreateApiKeyInput = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    scopes: Type.Array(KeyScope, { minItems: 1, uniqueItems: true }),
    /** Days until it expires, 1 to 365; absent: never. */
    expires_in_days: Type.Optional(Type.Integer({ minimum: 1, maximum: 365 })),
  },
  { additionalProperties: false },
);
export type CreateApiKeyInput = Static<typeof CreateApiKeyInput>;

/** The key itself is in this one reply only. */
export const CreatedApiKey = Type.Object({ ...ApiKey.properties, key: Type.String() });
export type CreatedApiKey = Static<typeof CreatedApiKey>;
