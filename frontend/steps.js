/**
 * The steps of a scene, page by page: fetched before they are needed, kept while there is room.
 *
 * @import {Numbers, Step, Summary} from './types.js'
 * @import {Api} from './api.js'
 */

import { inChannels, kernelSize } from './geometry.js';

/** Numbers in a page: small enough to arrive within a few frames. */
const PAGE_NUMBERS = 30_000;
const MOST_STEPS = 256;
const PAGES_KEPT = 24;

const ARRAYS = /** @type {const} */ ({ F32: Float32Array, F64: Float64Array, I32: Int32Array });

/** Steps made of a page's columns that are kept as objects. */
const MADE = 6;

/** Pages, each asked for once and kept while there is room. @template Page */
export class Pages {
  /** @type {Map<string, Page>} in the order of last use */
  #kept = new Map();
  /** @type {Set<string>} */
  #underway = new Set();

  /**
   * @param {number} most  pages that are kept
   * @param {() => void} arrived  called when a page is there
   * @param {(error: unknown) => void} failed
   */
  constructor(most, arrived, failed) {
    this.most = most;
    this.arrived = arrived;
    this.failed = failed;
  }

  /** @param {string} key */
  get(key) {
    return this.#kept.get(key);
  }

  /** @param {string} key @param {() => Promise<Page>} fetch */
  async want(key, fetch) {
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

  /** @param {string} key @param {Page} page */
  #keep(key, page) {
    this.#kept.set(key, page);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.most) break;
      this.#kept.delete(oldest);
    }
  }
}

export class Steps {
  /** @param {Api} api @param {Summary} summary @param {() => void} arrived @param {(error: unknown) => void} failed */
  constructor(api, summary, arrived, failed) {
    this.api = api;
    this.summary = summary;
    /** @type {Pages<Columns>} */
    this.pages = new Pages(PAGES_KEPT, arrived, failed);
    const [kH, kW] = kernelSize(summary);
    const perStep = inChannels(summary, 0).length * kH * kW * 2;
    this.size = Math.max(1, Math.min(MOST_STEPS, Math.floor(PAGE_NUMBERS / perStep)));
    this.windows = summary.shapes.output[1] * summary.shapes.output[2];
    /** Those that came with the page. */
    this.given = api.given(summary.id)?.steps;
  }

  /** The step, or null while it is on its way; asks for it and for the pages beside it. @param {number} outChannel @param {number} index @returns {Step|null} */
  get(outChannel, index) {
    const page = Math.floor(index / this.size);
    this.#want(outChannel, page);
    const step = this.pages.get(`${outChannel}/${page}`)?.step(index % this.size) ?? this.#given(outChannel, index);
    if (step) this.#want(outChannel, page + (index % this.size > this.size / 2 ? 1 : -1));
    return step;
  }

  /** @param {number} outChannel @param {number} index @returns {Step|null} */
  #given(outChannel, index) {
    const given = this.given;
    return (given?.out_channel === outChannel && given.steps[index - given.start]) || null;
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
    if (this.#isGiven(outChannel, start)) return;
    await this.pages.want(`${outChannel}/${page}`, async () => {
      const answer = await this.api.steps(this.summary.id, outChannel, start, Math.min(start + this.size, this.windows));
      return new Columns(answer, start, this.summary.shapes.output[2]);
    });
  }

  /** Whether the whole page is there from the start. @param {number} outChannel @param {number} start */
  #isGiven(outChannel, start) {
    const { given } = this;
    return given?.out_channel === outChannel && given.start <= start && given.stop >= Math.min(start + this.size, this.windows);
  }
}

/**
 * A page of steps as columns: a safetensors file (https://huggingface.co/docs/safetensors) whose arrays are looked into,
 * not copied.
 */
export class Columns {
  /** @type {Map<number, Step>} */
  #made = new Map();

  /** @param {ArrayBuffer} buffer @param {number} start  the first step's index @param {number} width  of the output, in windows */
  constructor(buffer, start, width) {
    this.start = start;
    this.width = width;
    this.columns = readSafetensors(buffer);
  }

  /** The k-th step of the page. @param {number} k @returns {Step} */
  step(k) {
    const step = this.#made.get(k) ?? this.#make(k);
    this.#made.set(k, step);
    for (const oldest of this.#made.keys()) {
      if (this.#made.size <= MADE) break;
      this.#made.delete(oldest);
    }
    return step;
  }

  /** @param {number} k @returns {Step} */
  #make(k) {
    const index = this.start + k;
    const row = (/** @type {string} */ name) => {
      const column = this.columns.get(name);
      if (!column) throw new TypeError(`the page of steps has no column ${name}`);
      const size = column.shape.slice(1).reduce((a, b) => a * b, 1);
      return column.data.subarray(k * size, (k + 1) * size);
    };
    const [, channels = 1, kH = 1, kW = 1] = this.columns.get('products')?.shape ?? [];
    const cells = (/** @type {string} */ name) => nested(row(name), channels, kH, kW);
    const selected = this.columns.has('selected') ? row('selected') : null;
    return {
      index, row: Math.floor(index / this.width), col: index % this.width,
      input_rows: [...row('input_rows')].map(orNull), input_cols: [...row('input_cols')].map(orNull),
      patch: cells('patches'), products: cells('products'),
      channel_sums: [...row('channel_sums')], running_sums: [...row('running_sums')], output: row('outputs')[0] ?? 0,
      ...(selected && { selected: /** @type {[number, number]} */ ([...selected]) }),
    };
  }
}

/** @param {number} at */
function orNull(at) {
  return at < 0 ? null : at;
}

/** @param {Numbers} data @param {number} channels @param {number} kH @param {number} kW @returns {number[][][]} */
function nested(data, channels, kH, kW) {
  return Array.from({ length: channels }, (_, c) => Array.from({ length: kH }, (__, u) => {
    const from = (c * kH + u) * kW;
    return [...data.subarray(from, from + kW)];
  }));
}

/** @param {ArrayBuffer} buffer @returns {Map<string, {shape: number[], data: Numbers}>} @throws {TypeError} for a type that the server does not write */
export function readSafetensors(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  /** @type {Record<string, {dtype: keyof typeof ARRAYS, shape: number[], data_offsets: [number, number]}>} */
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  return new Map(Object.entries(header).filter(([name]) => name !== '__metadata__').map(([name, { dtype, shape, data_offsets: [from, to] }]) => {
    const Numbers = ARRAYS[dtype];
    if (!Numbers) throw new TypeError(`safetensors of type ${dtype} is not read here`);
    const start = 8 + length + from;
    const aligned = start % Numbers.BYTES_PER_ELEMENT === 0;
    return [name, { shape, data: aligned ? new Numbers(buffer, start, (to - from) / Numbers.BYTES_PER_ELEMENT) : new Numbers(buffer.slice(start, 8 + length + to)) }];
  }));
}
