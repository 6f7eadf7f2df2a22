/**
 * The stamps of a transposed convolution, page by page, and the output as it stands before each of them. Numbers are the
 * server's; here they are only looked up.
 *
 * @import {Stamp, StampsPage, Summary} from './types.js'
 * @import {Api} from './api.js'
 *
 * @typedef {{stamp: Stamp, before: Float64Array, after: Float64Array}} Stamped  before, after: the output channel
 */

import { inChannels, kernelSize } from './geometry.js';
import { Pages } from './steps.js';

/** Numbers in a page, as far as one output channel leaves room for them. */
const PAGE_NUMBERS = 30_000;
const MOST_STAMPS = 64;
const PAGES_KEPT = 12;

export class Stamps {
  /** @type {{page: StampsPage|null, index: number, found: Stamped|null}} */
  #last = { page: null, index: -1, found: null };

  /** @param {Api} api @param {Summary} summary @param {() => void} arrived @param {(error: unknown) => void} failed */
  constructor(api, summary, arrived, failed) {
    this.api = api;
    this.summary = summary;
    /** @type {Pages<StampsPage>} */
    this.pages = new Pages(PAGES_KEPT, arrived, failed);
    const [kH, kW] = kernelSize(summary);
    const each = (inChannels(summary, 0).length + 2) * kH * kW;
    this.size = Math.max(1, Math.min(MOST_STAMPS, Math.floor(PAGE_NUMBERS / each)));
    this.total = summary.shapes.input[1] * summary.shapes.input[2];
  }

  /** The stamp, or null while it is on its way; asks for it and for the page that follows. @param {number} outChannel @param {number} index @returns {Stamped|null} */
  get(outChannel, index) {
    const page = Math.floor(index / this.size);
    this.#want(outChannel, page);
    if (index % this.size > this.size / 2) this.#want(outChannel, page + 1);
    const found = this.pages.get(`${outChannel}/${page}`);
    if (!found) return null;
    if (this.#last.page !== found || this.#last.index !== index) this.#last = { page: found, index, found: this.#stamped(found, index) };
    return this.#last.found;
  }

  /** Fetches the page with this stamp. @param {number} outChannel @param {number} index */
  async load(outChannel, index) {
    await this.#want(outChannel, Math.floor(index / this.size));
  }

  /** @param {StampsPage} page @param {number} index @returns {Stamped|null} */
  #stamped(page, index) {
    const stamp = page.stamps[index - page.start];
    if (!stamp) return null;
    const width = this.summary.shapes.output[2];
    const { page: known, index: at, found } = this.#last;
    const before = known === page && at === index - 1 && found ? found.after : planeBefore(page, index, width);
    return { stamp, before, after: stampedOn(before.slice(), stamp, width) };
  }

  /** @param {number} outChannel @param {number} page */
  async #want(outChannel, page) {
    const start = page * this.size;
    if (start >= this.total) return;
    await this.pages.want(`${outChannel}/${page}`, () => this.api.stamps(this.summary.id, outChannel, start, Math.min(start + this.size, this.total)));
  }
}

/** The output channel before stamp `index` of a page. @param {StampsPage} page @param {number} index @param {number} width */
export function planeBefore(page, index, width) {
  const plane = Float64Array.from(page.before.flat());
  for (const stamp of page.stamps.slice(0, index - page.start)) stampedOn(plane, stamp, width);
  return plane;
}

/** Puts a stamp's outputs in their places. @param {Float64Array} plane @param {Stamp} stamp @param {number} width */
function stampedOn(plane, { output_rows, output_cols, outputs }, width) {
  output_rows.forEach((row, u) => output_cols.forEach((col, v) => {
    if (row !== null && col !== null) plane[row * width + col] = outputs[u]?.[v] ?? 0;
  }));
  return plane;
}
