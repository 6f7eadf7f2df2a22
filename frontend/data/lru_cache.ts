/** A map that drops its least recently used entries beyond a number of entries or a total weight. */
export class LruCache<Key, Value> {
  readonly #entries: Map<Key, Value> = new Map();
  readonly #capacity: number;
  readonly #maxWeight: number;
  readonly #weigh: (value: Value) => number;

  constructor(capacity: number, maxWeight = Infinity, weigh: (value: Value) => number = () => 0) {
    this.#capacity = capacity;
    this.#maxWeight = maxWeight;
    this.#weigh = weigh;
  }

  get(key: Key): Value | undefined;
  get(key: Key, make: () => Value): Value;
  get(key: Key, make?: () => Value): Value | undefined {
    const value = this.#entries.get(key) ?? make?.();
    if (value !== undefined) this.set(key, value);
    return value;
  }

  set(key: Key, value: Value) {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    for (const oldest of this.#entries.keys()) {
      if (this.#fits()) break;
      this.#entries.delete(oldest);
    }
  }

  values() {
    return this.#entries.values();
  }

  #fits() {
    if (this.#entries.size > this.#capacity) return false;
    let weight = 0;
    for (const value of this.values()) weight += this.#weigh(value);
    return weight <= this.#maxWeight;
  }
}
