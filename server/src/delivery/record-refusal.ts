/** Writes into the audit trail what the delivery gate refused. */
import type { AuditEventType } from '@pantau/contract/audit';
import { addressKey } from '../access/address-key.ts';
import type { SecurityEvents } from '../audit/security-events.ts';
import type { DeliveryRefusalFacts, DeliveryRefusalKind } from './delivery-gate.ts';

const TYPES = {
  hotlink: 'HOTLINK_REFUSED',
  'rate-limit': 'RATE_LIMIT_EXCEEDED',
} as const satisfies Record<DeliveryRefusalKind, AuditEventType>;

export function recordRefusal(
  events: SecurityEvents,
  kind: DeliveryRefusalKind,
  facts: DeliveryRefusalFacts,
): void {
  const { address, userAgent, endpoint, origin, streamKey } = facts;
  events.recordOften(
    {
      type: TYPES[kind],
      actor: { kind: 'anonymous', id: null, name: null, address, userAgent, endpoint },
      ...(streamKey === undefined ? {} : { target: { kind: 'stream', id: streamKey, name: null } }),
      details: { origin: origin?.slice(0, 200) ?? null },
    },
    addressKey(address),
  );
}
