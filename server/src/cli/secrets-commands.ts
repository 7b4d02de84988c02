/** `pantau secrets status|rotate` */
import type { Command } from 'commander';
import { consoleActor } from '../audit/actor.ts';
import { rotateSecrets } from '../secrets/rotate-secrets.ts';
import { readSecretsStatus } from '../secrets/secrets-status.ts';
import { formatJson } from './area-commands.ts';
import { jsonOption } from './options.ts';
import type { CliHost } from './run-cli.ts';
import { withSession } from './session.ts';
import { formatTable } from './table.ts';

export function addSecretsCommands(secrets: Command, host: CliHost): void {
  secrets
    .command('status')
    .description(
      'show the keys, how much each encrypts, and what cannot be decrypted; never a key or a secret',
    )
    .addOption(jsonOption())
    .action(async ({ json }: { readonly json?: true }) => {
      const status = await withSession(host, ({ secrets: { store, ring, box } }) =>
        readSecretsStatus(store, ring, box),
      );
      if (json) {
        const keys = status.keys.map(({ id, createdAt, secrets: count }) => ({
          id,
          created_at: createdAt,
          secrets: count,
        }));
        host.writeOut(formatJson({ keys, secrets: status.secrets, unreadable: status.unreadable }));
        return;
      }
      const rows = status.keys.map((key) => [key.id, key.createdAt, String(key.secrets)]);
      host.writeOut(formatTable(['KEY', 'CREATED', 'SECRETS'], rows));
      host.writeOut(describeUnreadable(status.unreadable));
      if (status.keys.length > 1)
        host.writeOut('A rotation did not end: run "pantau secrets rotate" to go on with it.\n');
    });

  secrets
    .command('rotate')
    .description(
      'make a new key, encrypt everything with it, drop the old one; can be run again if it was interrupted',
    )
    .addOption(jsonOption())
    .action(async ({ json }: { readonly json?: true }) => {
      const report = await withSession(host, ({ secrets: opened, config }) =>
        rotateSecrets({
          dataDir: config.dataDir,
          ...opened,
          clock: host.clock,
          actor: consoleActor('secrets rotate'),
        }),
      );
      if (json) {
        const { keyId, resealed, unreadable, droppedKeys } = report;
        host.writeOut(formatJson({ key_id: keyId, resealed, unreadable, dropped_keys: droppedKeys }));
        return;
      }
      host.writeOut(`Key ${report.keyId} is in use; secrets encrypted anew: ${report.resealed}.\n`);
      host.writeOut(describeUnreadable(report.unreadable));
    });
}

function describeUnreadable(places: readonly string[]): string {
  if (places.length === 0) return '';
  return `These cannot be decrypted and must be entered again: ${places.join(', ')}\n`;
}
