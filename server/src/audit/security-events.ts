/** What code outside of a change writes into the audit trail. */
import type { AuditEvent } from './audit-event.ts';

export interface SecurityEvents {
  /** Writes it soon; never throws. */
  record(event: AuditEvent): void;
  /**
   * For what strangers can cause as often as they like: at most one entry a minute per type and key, with how many there were.
   * @param key address, account or key the events are counted by.
   */
  recordOften(event: AuditEvent, key: string): void;
}
