/** What the audit trail says of searches and questions: which network or device, and by whom. Never a password. */
import type { Actor } from '../audit/actor.ts';
import type { AuditEvent } from '../audit/audit-event.ts';
import { maskSourceUrl } from '../cameras/source-url.ts';

export function networkSearched(
  search: { readonly interfaces: readonly string[]; readonly address: string | undefined },
  actor: Actor,
): AuditEvent {
  const { interfaces, address } = search;
  return {
    type: 'NETWORK_SEARCHED',
    actor,
    target: { kind: 'network', id: null, name: address ?? interfaces.join(', ') },
  };
}

export function deviceExamined(
  question: {
    readonly address: string;
    readonly username: string | undefined;
    /** `OK`, or the code of the error. */
    readonly outcome: string;
  },
  actor: Actor,
): AuditEvent {
  const { address, username, outcome } = question;
  // A login that was pasted into the address is refused, but must not be kept either.
  const name = maskSourceUrl(address.replace(/\/\/.*@/, '//'));
  return {
    type: 'DEVICE_EXAMINED',
    actor,
    target: { kind: 'device', id: null, name },
    details: { outcome, username: username ?? null },
  };
}
