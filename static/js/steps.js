/**
 * The steps of a scene, page by page: fetched before they are needed, kept while there is room.
 *
 * @import {Step, Summary} from './types.js'
 * @import {Api} from './api.js'
 */

import { Columns } from './columns.js';
import { inChannels, kernelSize } from './geometry.js';

/** Numbers in a page: small enough to arrive within a few frames. */
const PAGE_NUMBERS = 30_000;
const MOST_STEPS = 256;
const PAGES_KEPT = 24;

export class Steps {
  /** @type {Map<string, Columns>} in the order of last use */
  #pages = new Map();
  /** @type {Set<string>} */
  #underway = new Set();

  /**
   * @param {Api} api @param {Summary} summary
   * @param {() => void} arrived  called when a page is there
   * @param {(error: unknown) => void} failed
   */
  constructor(api, summary, arrived, failed) {
    this.api = api;
    this.summary = summary;
    this.arrived = arrived;
    this.failed = failed;
    const [kH, kW] = kernelSize(summary);
    const perStep = inChannels(summary, 0).length * kH * kW * 2;
    this.size = Math.max(1, Math.min(MOST_STEPS, Math.floor(PAGE_NUMBERS / perStep)));
    this.windows = summary.shapes.output[1] * summary.shapes.output[2];
  }

  /** The step, or null while it is on its way; asks for it and for the pages beside it. @param {number} outChannel @param {number} index @returns {Step|null} */
  get(outChannel, index) {
    const page = Math.floor(index / this.size);
    this.#want(outChannel, page);
    const found = this.#pages.get(`${outChannel}/${page}`);
    if (!found) return null;
    if (index % this.size > this.size / 2) this.#want(outChannel, page + 1);
    else this.#want(outChannel, page - 1);
    return found.step(index % this.size);
  }

  /** Fetches the page with this step. @param {number} outChannel @param {number} index */
  async load(outChannel, index) {
    await this.#want(outChannel, Math.floor(index / this.size));
  }

  /** @param {number} outChannel @param {number} page */
  async #want(outChannel, page) {
    const start = page * this.size;
    if (page < 0) return;
    if (start >= this.windows) {
      if (outChannel + 1 < this.summary.shapes.output[0]) this.#want(outChannel + 1, 0);
      return;
    }
    const key = `${outChannel}/${page}`;
    const kept = this.#pages.get(key);
    if (kept) {
      this.#pages.delete(key);
      this.#pages.set(key, kept);
      return;
    }
    if (this.#underway.has(key)) return;
    this.#underway.add(key);
    try {
      const answer = await this.api.steps(this.summary.id, outChannel, start, Math.min(start + this.size, this.windows));
      this.#keep(key, new Columns(answer, start, this.summary.shapes.output[2]));
      this.arrived();
    } catch (error) {
      this.failed(error);
    } finally {
      this.#underway.delete(key);
    }
  }

  /** @param {string} key @param {Columns} page */
  #keep(key, page) {
    this.#pages.set(key, page);
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= PAGES_KEPT) break;
      this.#pages.delete(oldest);
    }
  }
}
