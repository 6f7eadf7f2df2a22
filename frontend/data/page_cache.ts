/** Pages of an answer, fetched once and kept while there is room. */

/** Pages, each asked for once and kept while there is room. */
export class PageCache<Page> {
  /** In the order of last use. */
  #kept: Map<string, Page> = new Map();
  #underway: Set<string> = new Set();

  readonly most: number;
  readonly arrived: () => void;
  readonly failed: (error: unknown) => void;

  /** most: pages that are kept. arrived: called when a page is there. */
  constructor(most: number, arrived: () => void, failed: (error: unknown) => void) {
    this.most = most;
    this.arrived = arrived;
    this.failed = failed;
  }

  get(key: string) {
    return this.#kept.get(key);
  }

  async want(key: string, fetch: () => Promise<Page>) {
    const kept = this.#kept.get(key);
    if (kept) {
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      return;
    }
    if (this.#underway.has(key)) return;
    this.#underway.add(key);
    try {
      this.#keep(key, await fetch());
      this.arrived();
    } catch (error) {
      this.failed(error);
    } finally {
      this.#underway.delete(key);
    }
  }

  #keep(key: string, page: Page) {
    this.#kept.set(key, page);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.most) break;
      this.#kept.delete(oldest);
    }
  }
}
