/** What operators change while the server runs. Rules are asked at every request, so they are answered from memory. */
import type { UpdateSecuritySettingsInput } from '@pantau/contract/settings';
import type { Logger } from '@pantau/base/logger';
import type { Actor } from '../audit/actor.ts';
import { listChanges } from '../audit/audit-event.ts';
import {
  DEFAULT_SECURITY_RULES,
  changeSecurityRules,
  parseObject,
  parseSecurityRules,
  toStoredFields,
  type SecurityRules,
} from './security-settings.ts';
import type { SettingsStore } from './settings-store.ts';

const SECURITY = 'security';

export interface SettingsServiceOptions {
  readonly store: SettingsStore;
  readonly logger: Logger;
}

export class SettingsService {
  readonly #options: SettingsServiceOptions;
  #rules: SecurityRules = DEFAULT_SECURITY_RULES;
  /** The JSON that was complained about, so that it is said once. */
  #complainedAbout: string | undefined;

  constructor(options: SettingsServiceOptions) {
    this.#options = options;
  }

  /** As of the last `refresh`. */
  readRules(): SecurityRules {
    return this.#rules;
  }

  /** Reads the rules again: at the start, and when the revision of the database moved. @throws AppError when it does not answer. */
  async refresh(): Promise<void> {
    const stored = await this.#options.store.find(SECURITY);
    const { rules, ignored } = parseSecurityRules(stored);
    if (ignored.length > 0 && stored !== this.#complainedAbout) {
      this.#options.logger.warn(
        { fields: ignored },
        'Stored security settings are not understood: their defaults are used instead',
      );
    }
    this.#complainedAbout = ignored.length > 0 ? stored : undefined;
    this.#rules = rules;
  }

  /** What is left out of `input` stays. @throws AppError SETTINGS_INVALID */
  async updateSecurity(input: UpdateSecuritySettingsInput, actor: Actor): Promise<SecurityRules> {
    await this.#options.store.update(SECURITY, (stored) => {
      // What is stored now, not what this process remembers: another one may have changed it.
      const before = parseSecurityRules(stored).rules;
      const after = changeSecurityRules(before, input);
      const changes = listChanges({ ...toStoredFields(before) }, { ...toStoredFields(after) });
      if (changes === undefined) return undefined;
      // Fields of a newer version stay.
      const value = JSON.stringify({ ...parseObject(stored ?? '{}'), ...toStoredFields(after) });
      return {
        value,
        event: {
          type: 'SETTINGS_UPDATED',
          actor,
          target: { kind: 'settings', id: SECURITY, name: null },
          details: { changes },
        },
      };
    });
    await this.refresh();
    return this.#rules;
  }
}
