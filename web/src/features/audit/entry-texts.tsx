import type { AuditEntry } from '@pantau/contract/audit';
import { useAdminText, type AdminMessageId } from '../../locales/admin-texts.ts';
import { Dot } from '../../ui/admin/tag.tsx';
import { eventWords, isRefusal } from './event-words.ts';

/** The kind of an entry in words; its own name where this page is older than the server. */
export function EventText({ type }: { readonly type: string }) {
  const { t } = useAdminText();
  const words = eventWords(type);
  const text = words === undefined ? type : t(words);
  return isRefusal(type) ? <Dot tone="bad">{text}</Dot> : <>{text}</>;
}

const ACTORS = {
  account: 'audit.actor.account',
  'api-key': 'audit.actor.apiKey',
  anonymous: 'audit.actor.anonymous',
  console: 'audit.actor.console',
  system: 'audit.actor.system',
} as const satisfies Record<AuditEntry['actor']['kind'], AdminMessageId>;

/** Who: the name, and what kind of somebody where it is no account. */
export function ActorText({ actor }: { readonly actor: AuditEntry['actor'] }) {
  const { t } = useAdminText();
  const kind = t(ACTORS[actor.kind]);
  if (actor.name === null) return <span className="text-ink-soft">{kind}</span>;
  return (
    <span className="wrap-anywhere">
      {actor.name}
      {actor.kind !== 'account' && <span className="text-ink-soft">{` (${kind})`}</span>}
    </span>
  );
}

const TARGETS: Readonly<Record<string, AdminMessageId>> = {
  user: 'audit.target.user',
  account: 'audit.target.user',
  camera: 'audit.target.camera',
  area: 'audit.target.area',
  'api-key': 'audit.target.apiKey',
  session: 'audit.target.session',
  passkey: 'audit.target.passkey',
  settings: 'audit.target.settings',
  cache: 'audit.target.cache',
  stream: 'audit.target.stream',
};

/** On what: its kind and name. */
export function TargetText({ target }: { readonly target: AuditEntry['target'] }) {
  const { t } = useAdminText();
  if (target === null) return <span className="text-ink-soft">–</span>;
  const words = Object.hasOwn(TARGETS, target.kind) ? TARGETS[target.kind] : undefined;
  const kind = words === undefined ? target.kind : t(words);
  const name = target.name ?? target.id;
  return (
    <span className="wrap-anywhere">
      <span className="text-ink-soft">{kind}</span>
      {name !== null && ` ${name}`}
    </span>
  );
}
