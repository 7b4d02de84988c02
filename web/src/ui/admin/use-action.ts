import { useState } from 'react';
import { DeclinedError } from '../../lib/api-client.ts';
import { browserClock } from '../../lib/clock.ts';
import type { Problem } from './use-server-form.ts';

export interface Action<A extends readonly unknown[]> {
  readonly run: (...args: A) => void;
  readonly isBusy: boolean;
  readonly problem: Problem | undefined;
}

/** Something a button does at the server: busy while it runs, its failure kept until the next try. One at a time. */
export function useAction<A extends readonly unknown[]>(act: (...args: A) => Promise<unknown>): Action<A> {
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const run = async (...args: A) => {
    setIsBusy(true);
    setProblem(undefined);
    try {
      await act(...args);
    } catch (error) {
      if (!(error instanceof DeclinedError)) setProblem({ error, atMs: browserClock.now() });
    } finally {
      setIsBusy(false);
    }
  };
  return {
    run: (...args) => {
      if (!isBusy) void run(...args);
    },
    isBusy,
    problem,
  };
}
