/**
 * The stamps of a transposed convolution, page by page, and the output as it stands before each of them.
 * Numbers are the server's; here they are only looked up.
 */

import { inputChannelsOf, kernelSize } from '../model/geometry.ts';
import type { AppliedStamp, SceneSummary, Stamp, StampPage } from '../model/types.ts';
import type { ApiClient } from './client.ts';
import { PageCache } from './page_cache.ts';

/** Numbers in a page, as far as one output channel leaves room for them. */
const PAGE_NUMBERS = 30_000;
const MOST_STAMPS = 64;
const PAGES_KEPT = 12;

export class StampPages {
  #last: { page: StampPage | null; index: number; found: AppliedStamp | null } = {
    page: null,
    index: -1,
    found: null,
  };

  readonly api: ApiClient;
  readonly summary: SceneSummary;
  readonly pages: PageCache<string, StampPage>;
  readonly size: number;
  readonly total: number;

  constructor(api: ApiClient, summary: SceneSummary, reportError: (error: unknown) => void) {
    this.api = api;
    this.summary = summary;
    this.pages = new PageCache(PAGES_KEPT, reportError);
    const [kH, kW] = kernelSize(summary);
    const each = (inputChannelsOf(summary, 0).length + 2) * kH * kW;
    this.size = Math.max(1, Math.min(MOST_STAMPS, Math.floor(PAGE_NUMBERS / each)));
    this.total = summary.shapes.input[1] * summary.shapes.input[2];
  }

  /** The stamp, or null while it is on its way; asks for it and for the page that follows. */
  get(outChannel: number, index: number): AppliedStamp | null {
    const page = Math.floor(index / this.size);
    this.#want(outChannel, page);
    if (index % this.size > this.size / 2) this.#want(outChannel, page + 1);
    const found = this.pages.get(`${outChannel}/${page}`);
    if (!found) return null;
    if (this.#last.page !== found || this.#last.index !== index)
      this.#last = { page: found, index, found: this.#stamped(found, index) };
    return this.#last.found;
  }

  /** Fetches the page with this stamp. */
  async load(outChannel: number, index: number) {
    await this.#want(outChannel, Math.floor(index / this.size));
  }

  #stamped(page: StampPage, index: number): AppliedStamp | null {
    const stamp = page.stamps[index - page.start];
    if (!stamp) return null;
    const width = this.summary.shapes.output[2];
    const { page: known, index: at, found } = this.#last;
    const before =
      known === page && at === index - 1 && found ? found.after : outputBeforeStamp(page, index, width);
    return { stamp, before, after: applyStamp(before.slice(), stamp, width) };
  }

  async #want(outChannel: number, page: number) {
    const start = page * this.size;
    if (start >= this.total) return;
    await this.pages.load(`${outChannel}/${page}`, () =>
      this.api.stamps(this.summary.id, outChannel, start, Math.min(start + this.size, this.total)),
    );
  }
}

/** The output channel before stamp `index` of a page. */
export function outputBeforeStamp(
  page: Pick<StampPage, 'start' | 'before' | 'stamps'>,
  index: number,
  width: number,
) {
  const plane = Float64Array.from(page.before.flat());
  for (const stamp of page.stamps.slice(0, index - page.start)) applyStamp(plane, stamp, width);
  return plane;
}

/** Puts a stamp's outputs in their places. */
function applyStamp(plane: Float64Array, { output_rows, output_cols, outputs }: Stamp, width: number) {
  for (const [u, row] of output_rows.entries())
    for (const [v, col] of output_cols.entries())
      if (row !== null && col !== null) plane[row * width + col] = outputs[u]?.[v] ?? 0;
  return plane;
}
