/** The steps or stamps of a scene, page by page: fetched before they are needed, kept while there is room. */

import type { ItemRange } from './client.ts';
import { PageCache } from './page_cache.ts';

interface ItemSource<Page, Item> {
  /** Items in a page. */
  size: number;
  /** Items of an output channel. */
  total: number;
  outChannels: number;
  /** Pages that are kept. */
  capacity: number;
  /** What came with the scene. */
  initial: (ItemRange & { page: Page }) | null;
  fetch: (range: ItemRange) => Promise<Page>;
  /** Gives the same object for the same item asked for again. */
  read: (page: Page, index: number) => Item | null;
}

export class ItemPages<Page, Item> {
  readonly pages: PageCache<string, Page>;
  readonly source: ItemSource<Page, Item>;

  constructor(source: ItemSource<Page, Item>, reportError: (error: unknown) => void) {
    this.source = source;
    this.pages = new PageCache(source.capacity, reportError);
  }

  /** The item, or null while it is on its way; asks for it and for the page that may follow. */
  get(outChannel: number, index: number): Item | null {
    const { size, initial, read } = this.source;
    const k = Math.floor(index / size);
    this.#loadPage(outChannel, k);
    const page = this.pages.get(`${outChannel}/${k}`);
    const known = page ?? (this.#isInitial(outChannel, index, index + 1) ? initial?.page : undefined);
    if (known === undefined) return null;
    this.#loadPage(outChannel, k + (index % size > size / 2 ? 1 : -1));
    return read(known, index);
  }

  /** The page of an item, as far as it is there: asks for nothing. */
  pageOf(outChannel: number, index: number): Page | undefined {
    return this.pages.get(`${outChannel}/${Math.floor(index / this.source.size)}`);
  }

  /** Resolves when the item is there, or when its failure is reported. */
  async load(outChannel: number, index: number) {
    if (!this.#isInitial(outChannel, index, index + 1))
      await this.#loadPage(outChannel, Math.floor(index / this.source.size));
  }

  async #loadPage(outChannel: number, k: number) {
    const { size, total, outChannels, fetch } = this.source;
    const [start, stop] = [k * size, Math.min((k + 1) * size, total)];
    if (k < 0 || outChannel >= outChannels) return;
    if (start >= total) await this.#loadPage(outChannel + 1, 0);
    else if (!this.#isInitial(outChannel, start, stop))
      await this.pages.load(`${outChannel}/${k}`, () => fetch({ outChannel, start, stop }));
  }

  #isInitial(outChannel: number, start: number, stop: number) {
    const { initial } = this.source;
    return initial?.outChannel === outChannel && initial.start <= start && stop <= initial.stop;
  }
}
