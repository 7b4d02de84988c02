/** A choice the visitor made, remembered on this device only. Storage may be full, blocked or absent: then it lasts as long as the page. */
export interface StoredChoice<T extends string> {
  read(): T | undefined;
  write(value: T): void;
}

export function storedChoice<T extends string>(key: string, allowed: readonly T[]): StoredChoice<T> {
  let current: T | undefined;
  return {
    read() {
      if (current !== undefined) return current;
      try {
        const stored = localStorage.getItem(key);
        current = allowed.find((value) => value === stored);
      } catch {
        // Blocked storage: the default applies.
      }
      return current;
    },
    write(value) {
      current = value;
      try {
        localStorage.setItem(key, value);
      } catch {
        // Full or blocked storage: kept for this page only.
      }
    },
  };
}
