/**
 * What was typed into forms and not yet saved, kept in memory while the page lives: a session that ended elsewhere costs
 * a sign-in, not the text. It belongs to one account; another one never sees it. Passwords are never put here.
 */
export interface Drafts {
  read(form: string): Readonly<Record<string, unknown>> | undefined;
  write(form: string, values: Readonly<Record<string, unknown>>): void;
  drop(form: string): void;
  /** Whose drafts these are from now on; those of anybody else are forgotten. */
  own(accountId: number): void;
  forget(): void;
}

const DRAFTS_MAX = 20;

export function createDrafts(): Drafts {
  const drafts = new Map<string, Readonly<Record<string, unknown>>>();
  let owner: number | undefined;
  return {
    read: (form) => drafts.get(form),
    write(form, values) {
      drafts.delete(form);
      drafts.set(form, values);
      const [oldest] = drafts.keys();
      if (drafts.size > DRAFTS_MAX && oldest !== undefined) drafts.delete(oldest);
    },
    drop: (form) => void drafts.delete(form),
    own(accountId) {
      if (owner !== undefined && owner !== accountId) drafts.clear();
      owner = accountId;
    },
    forget() {
      drafts.clear();
      owner = undefined;
    },
  };
}

export const drafts: Drafts = createDrafts();
