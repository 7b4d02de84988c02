/** The question for the password before a sensitive change: asked once, however many requests wait for the answer. */
export interface Confirmation {
  /** @returns whether the person proved themselves */
  ask(): Promise<boolean>;
  answer(isConfirmed: boolean): void;
  readonly isOpen: () => boolean;
  readonly subscribe: (listener: () => void) => () => void;
}

export function createConfirmation(): Confirmation {
  const listeners = new Set<() => void>();
  let waiting: { readonly promise: Promise<boolean>; readonly resolve: (value: boolean) => void } | undefined;
  const tell = () => {
    for (const listener of listeners) listener();
  };
  return {
    ask() {
      if (waiting === undefined) {
        let resolve: (value: boolean) => void = () => {};
        const promise = new Promise<boolean>((done) => (resolve = done));
        waiting = { promise, resolve };
        tell();
      }
      return waiting.promise;
    },
    answer(isConfirmed) {
      const answered = waiting;
      waiting = undefined;
      answered?.resolve(isConfirmed);
      tell();
    },
    isOpen: () => waiting !== undefined,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
