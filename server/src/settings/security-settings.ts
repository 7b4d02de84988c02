/** Rules of access that administrators change while the server runs. */
import type { SecuritySettings, UpdateSecuritySettingsInput } from '@pantau/contract/settings';
import { AppError } from '@pantau/base/errors';

export interface SecurityRules {
  /** Administrators must have TOTP or a passkey. */
  readonly requireSecondFactor: boolean;
  /** 0: passwords never expire. */
  readonly passwordExpiryDays: number;
  readonly passwordWarningDays: number;
  /** Origins that may embed public streams, or `*`. */
  readonly embedOrigins: readonly string[];
}

export const DEFAULT_SECURITY_RULES: SecurityRules = {
  requireSecondFactor: false,
  passwordExpiryDays: 0,
  passwordWarningDays: 14,
  embedOrigins: [],
};

const MAX_EXPIRY_DAYS = 3650;
const MAX_WARNING_DAYS = 90;
const MAX_ORIGINS = 100;
const MAX_ORIGIN_LENGTH = 200;

/** The rules as they are stored: a JSON object with the field names of the contract. */
export function toStoredFields(rules: SecurityRules): SecuritySettings {
  return {
    require_second_factor: rules.requireSecondFactor,
    password_expiry_days: rules.passwordExpiryDays,
    password_warning_days: rules.passwordWarningDays,
    embed_origins: [...rules.embedOrigins],
  };
}

/**
 * Rules out of stored JSON. A row that a newer version wrote or somebody edited must not lock everybody out: each field
 * that is not understood falls back to its default and is named in `ignored`.
 */
export function parseSecurityRules(json: string | undefined): {
  readonly rules: SecurityRules;
  readonly ignored: readonly string[];
} {
  if (json === undefined) return { rules: DEFAULT_SECURITY_RULES, ignored: [] };
  const stored = parseObject(json);
  if (stored === undefined) return { rules: DEFAULT_SECURITY_RULES, ignored: ['(all)'] };
  const ignored: string[] = [];
  const read = <T>(field: string, fallback: T, convert: (value: unknown) => T | undefined): T => {
    if (!Object.hasOwn(stored, field)) return fallback;
    const value = convert(stored[field]);
    if (value === undefined) ignored.push(field);
    return value ?? fallback;
  };
  const defaults = DEFAULT_SECURITY_RULES;
  const rules = {
    requireSecondFactor: read('require_second_factor', defaults.requireSecondFactor, (value) =>
      typeof value === 'boolean' ? value : undefined,
    ),
    passwordExpiryDays: read('password_expiry_days', defaults.passwordExpiryDays, (value) =>
      wholeDays(value, MAX_EXPIRY_DAYS),
    ),
    passwordWarningDays: read('password_warning_days', defaults.passwordWarningDays, (value) =>
      wholeDays(value, MAX_WARNING_DAYS),
    ),
    embedOrigins: read('embed_origins', defaults.embedOrigins, readOrigins),
  };
  if (hasSenselessWarning(rules)) {
    ignored.push('password_warning_days');
    const passwordWarningDays = Math.min(defaults.passwordWarningDays, rules.passwordExpiryDays - 1);
    return { rules: { ...rules, passwordWarningDays }, ignored };
  }
  return { rules, ignored };
}

/** The rules after a change. @throws AppError SETTINGS_INVALID that names each wrong field. */
export function changeSecurityRules(rules: SecurityRules, input: UpdateSecuritySettingsInput): SecurityRules {
  const errors: { field: string; code: string; message: string }[] = [];
  const origins = new Set<string>();
  for (const text of input.embed_origins ?? []) {
    const origin = parseEmbedOrigin(text);
    if (origin !== undefined) origins.add(origin);
    else {
      errors.push({
        field: 'embed_origins',
        code: 'ORIGIN_INVALID',
        message: `"${text}" is not an origin such as https://example.org, without a path, nor *`,
      });
    }
  }
  const changed: SecurityRules = {
    requireSecondFactor: input.require_second_factor ?? rules.requireSecondFactor,
    passwordExpiryDays: input.password_expiry_days ?? rules.passwordExpiryDays,
    passwordWarningDays: input.password_warning_days ?? rules.passwordWarningDays,
    embedOrigins: input.embed_origins === undefined ? rules.embedOrigins : [...origins],
  };
  if (hasSenselessWarning(changed)) {
    errors.push({
      field: 'password_warning_days',
      code: 'WARNING_TOO_LONG',
      message: 'password_warning_days must be less than password_expiry_days',
    });
  }
  const [first] = errors;
  if (first !== undefined)
    throw new AppError('invalid', 'SETTINGS_INVALID', `${first.message}.`, { details: { errors } });
  return changed;
}

/**
 * An origin as browsers send it (WHATWG URL: lower case, punycode, without the default port), or `*`.
 * @returns undefined for anything else: a path, a query, a user, another scheme, a pattern.
 */
export function parseEmbedOrigin(text: string): string | undefined {
  if (text === '*') return text;
  // The URL parser drops line breaks and takes `\` for `/`; and `*` would be a host that nobody has.
  if (text.length > MAX_ORIGIN_LENGTH || !/^https?:\/\/[^\s/\\?#@*]+\/?$/i.test(text)) return undefined;
  try {
    const { origin } = new URL(text);
    return origin;
  } catch {
    return undefined;
  }
}

/** With such a warning the owner would be warned from the first day. */
function hasSenselessWarning(rules: SecurityRules): boolean {
  return rules.passwordExpiryDays > 0 && rules.passwordWarningDays >= rules.passwordExpiryDays;
}

function wholeDays(value: unknown, most: number): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most
    ? value
    : undefined;
}

/** All or nothing: a list with an unknown entry may mean what we do not understand. */
function readOrigins(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length > MAX_ORIGINS) return undefined;
  const origins = value.map((item: unknown) =>
    typeof item === 'string' ? parseEmbedOrigin(item) : undefined,
  );
  return origins.every((origin) => origin !== undefined) ? [...new Set(origins)] : undefined;
}

/** A JSON object, else undefined. */
export function parseObject(json: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
