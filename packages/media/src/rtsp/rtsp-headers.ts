/** Headers of an RTSP message (RFC 2326 section 4.2): names without regard to case, repeated ones kept as a list. */
export class RtspHeaders {
  readonly #values = new Map<string, string[]>();

  /** Adds a value; both ends are trimmed. */
  add(name: string, value: string): void {
    const key = name.trim().toLowerCase();
    const values = this.#values.get(key);
    if (values === undefined) this.#values.set(key, [value.trim()]);
    else values.push(value.trim());
  }

  /** Continues the last value of a name, for headers folded over several lines. */
  append(name: string, text: string): void {
    const values = this.#values.get(name.trim().toLowerCase());
    const last = values?.pop();
    if (values !== undefined && last !== undefined) values.push(`${last} ${text.trim()}`);
  }

  /** The first value, when there is one. */
  find(name: string): string | undefined {
    return this.#values.get(name.toLowerCase())?.[0];
  }

  /** All values, in order. */
  list(name: string): readonly string[] {
    return this.#values.get(name.toLowerCase()) ?? [];
  }

  /** The first value as a whole number ≥ 0; undefined when absent or anything else. */
  findNumber(name: string): number | undefined {
    const text = this.find(name);
    return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
  }
}
