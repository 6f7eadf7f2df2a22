/** Pages of an answer, each fetched once. Reading them in a computed or an effect subscribes to arrivals. */

import { signal } from '@preact/signals-core';
import { LruCache } from './lru_cache.ts';

export class PageCache<Key, Page> {
  readonly #pages: LruCache<Key, Page>;
  readonly #pending: Map<Key, Promise<void>> = new Map();
  readonly #version = signal(0);
  readonly #reportError: (error: unknown) => void;

  /** capacity: in pages. reportError: gets what a fetch throws. */
  constructor(capacity: number, reportError: (error: unknown) => void) {
    this.#pages = new LruCache(capacity);
    this.#reportError = reportError;
  }

  /** Changes whenever a page arrives. */
  get version() {
    return this.#version.value;
  }

  get(key: Key): Page | undefined {
    this.version;
    return this.#pages.get(key);
  }

  has(key: Key) {
    return this.get(key) !== undefined;
  }

  values() {
    this.version;
    return this.#pages.values();
  }

  set(key: Key, page: Page) {
    this.#pages.set(key, page);
    this.#version.value += 1;
  }

  /** Resolves when the page is there, or when its failure is reported. */
  load(key: Key, fetch: () => Promise<Page>): Promise<void> {
    if (this.#pages.get(key) !== undefined) return Promise.resolve();
    const pending =
      this.#pending.get(key) ??
      fetch()
        .then((page) => this.set(key, page))
        .catch(this.#reportError)
        .finally(() => this.#pending.delete(key));
    this.#pending.set(key, pending);
    return pending;
  }
}
