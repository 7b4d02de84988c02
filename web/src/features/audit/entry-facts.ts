/** What an entry of the audit trail says beside who and when: fields that changed, and other facts. */
export interface ChangedField {
  readonly field: string;
  readonly before: string;
  readonly after: string;
}

export interface EntryFacts {
  readonly changes: readonly ChangedField[];
  readonly others: readonly (readonly [string, string])[];
}

export function entryFacts(details: Readonly<Record<string, unknown>>): EntryFacts {
  const { changes, ...others } = details;
  return {
    changes: isObject(changes)
      ? Object.entries(changes).map(([field, pair]) => {
          const [before, after] = Array.isArray(pair) && pair.length === 2 ? pair : [undefined, pair];
          return { field, before: valueText(before), after: valueText(after) };
        })
      : [],
    others: Object.entries({
      ...(isObject(changes) || changes === undefined ? {} : { changes }),
      ...others,
    }).map(([name, value]) => [name, valueText(value)]),
  };
}

/** Nothing is `–`; lists by commas; what is left as JSON. Drawn as text, so it may hold anything. */
function valueText(value: unknown): string {
  if (value === null || value === undefined || value === '') return '–';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object'))
    return value.length === 0 ? '–' : value.map((item) => valueText(item)).join(', ');
  return JSON.stringify(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
