/**
 * Lists for those who see more than the public: built when somebody asks, kept until the cameras change, each for exactly one
 * audience. Who asks while a list is being built gets that one, so a crowd costs one build.
 */
import { EncodedList } from '../encoded-list.ts';
import { audienceKey, type Audience } from './audience.ts';

export type ListName = 'cameras' | 'streams' | 'areas';

/** Lists that are kept; beyond that the one that was not asked for longest goes. */
const MAX_LISTS = 50;

interface Kept {
  readonly list: EncodedList;
  /** The state of the cameras it was last built from. */
  generation: number;
  building: Promise<void> | undefined;
}

export class AudienceLists {
  readonly #format: (name: ListName, audience: Audience) => string;
  readonly #maxLists: number;
  /** Last used last. */
  readonly #kept = new Map<string, Kept>();
  #generation = 0;

  /** @param format the JSON of a list as things are now. */
  constructor(format: (name: ListName, audience: Audience) => string, maxLists = MAX_LISTS) {
    this.#format = format;
    this.#maxLists = maxLists;
  }

  get size(): number {
    return this.#kept.size;
  }

  /** The cameras changed: whoever asks from now on gets a list of now. */
  invalidate(): void {
    this.#generation++;
  }

  async get(name: ListName, audience: Audience): Promise<EncodedList> {
    const wanted = this.#generation;
    const kept = this.#use(`${name} ${audienceKey(audience)}`);
    // At most twice: the second build begins after this call.
    while (kept.generation < wanted) {
      kept.building ??= this.#build(kept, name, audience).finally(() => (kept.building = undefined));
      await kept.building;
    }
    return kept.list;
  }

  #use(key: string): Kept {
    const kept = this.#kept.get(key) ?? { list: new EncodedList(), generation: -1, building: undefined };
    this.#kept.delete(key);
    if (this.#kept.size >= this.#maxLists) {
      const oldest = this.#kept.keys().next();
      if (oldest.done !== true) this.#kept.delete(oldest.value);
    }
    this.#kept.set(key, kept);
    return kept;
  }

  async #build(kept: Kept, name: ListName, audience: Audience): Promise<void> {
    const generation = this.#generation;
    await kept.list.update(this.#format(name, audience));
    kept.generation = generation;
  }
}
