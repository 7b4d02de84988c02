/** A form whose answer comes from the server: its errors stand at their fields, the rest in one place, and nothing typed is lost. */
import { useEffect, useRef, useState } from 'react';
import {
  useForm,
  type DefaultValues,
  type FieldValues,
  type Path,
  type UseFormReturn,
} from 'react-hook-form';
import { ApiError, DeclinedError } from '../../lib/api-client.ts';
import { browserClock } from '../../lib/clock.ts';
import { drafts } from '../../lib/drafts.ts';
import { useAdminText } from '../../locales/admin-texts.ts';
import { errorWords, fieldErrorWords } from '../../locales/error-words.ts';

/** What went wrong, and when: waiting times count from then. */
export interface Problem {
  readonly error: unknown;
  readonly atMs: number;
}

export interface ServerFormOptions<V extends FieldValues> {
  readonly defaultValues: DefaultValues<V>;
  /** Keeps what is typed under this name, until it is saved or dropped. */
  readonly draft?: string;
  /** Fields that are never kept. */
  readonly secrets?: readonly Path<V>[];
  /** Fields of the form by the server's names, where they differ. */
  readonly names?: Readonly<Record<string, Path<V>>>;
  /** Refusals that are about one field. */
  readonly fieldOfCode?: Readonly<Record<string, Path<V>>>;
}

export interface ServerForm<V extends FieldValues> {
  readonly form: UseFormReturn<V>;
  readonly problem: Problem | undefined;
  readonly clearProblem: () => void;
  /** `onSubmit` of the form. @param save sends the values; what it throws is shown */
  readonly submit: (save: (values: V) => Promise<void>) => (event: React.FormEvent) => void;
  readonly errorOf: (field: Path<V>) => string | undefined;
}

export function useServerForm<V extends FieldValues>(options: ServerFormOptions<V>): ServerForm<V> {
  const { t } = useAdminText();
  const { draft, secrets = [], names = {}, fieldOfCode = {} } = options;
  const [defaults] = useState(options.defaultValues);
  const [problem, setProblem] = useState<Problem>();
  const form = useForm<V>({ defaultValues: defaults });
  const isSaved = useRef(false);

  useEffect(() => {
    if (draft === undefined) return undefined;
    const kept = drafts.read(draft);
    // Only names of this form are read from what this form wrote.
    for (const [name, value] of Object.entries(kept ?? {}))
      form.setValue(name as Path<V>, value as never, { shouldDirty: true });
    return form.subscribe({
      formState: { values: true },
      callback: ({ values }) => {
        if (isSaved.current) return;
        const rest = Object.entries(values).filter(([name]) => !secrets.includes(name as Path<V>));
        drafts.write(draft, Object.fromEntries(rest));
      },
    });
    // The names of a form do not change while it is shown.
    // eslint-disable-next-line react/exhaustive-deps
  }, [draft, form]);

  function show(error: unknown): void {
    if (error instanceof DeclinedError) return;
    const known = form.getValues();
    let isAtField = false;
    if (error instanceof ApiError) {
      const byField = error.fieldErrors.map(({ field, code }) => ({
        name: names[field] ?? (field as Path<V>),
        message: t(fieldErrorWords(field, code)),
      }));
      const own = fieldOfCode[error.code];
      if (own !== undefined) byField.push({ name: own, message: t(errorWords(error.code)) });
      for (const { name, message } of byField.toReversed()) {
        if (!(name in known)) continue;
        form.setError(name, { type: 'server', message }, { shouldFocus: true });
        isAtField = true;
      }
    }
    setProblem(isAtField ? undefined : { error, atMs: browserClock.now() });
  }

  return {
    form,
    problem,
    clearProblem: () => setProblem(undefined),
    submit: (save) => (event) => {
      void form.handleSubmit(async (values) => {
        setProblem(undefined);
        try {
          isSaved.current = true;
          await save(values);
          if (draft !== undefined) drafts.drop(draft);
        } catch (error) {
          show(error);
        } finally {
          isSaved.current = false;
        }
      })(event);
    },
    errorOf: (field) => {
      const message = form.getFieldState(field, form.formState).error?.message;
      return message === '' ? undefined : message;
    },
  };
}
