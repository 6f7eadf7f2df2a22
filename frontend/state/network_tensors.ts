/** The numbers of a network's edges: loaded when they are wanted, kept while there is room. */

import { signal } from '@preact/signals-core';
import { LruCache } from '../data/lru_cache.ts';
import type { NetworkClient, TensorPart } from '../data/network_client.ts';
import { maxMagnitude } from '../model/color.ts';
import type { Planes } from '../model/network.ts';
import { planesOf } from '../model/network.ts';
import type { NumberArray, Tensor } from '../model/types.ts';

/** All channels of an edge, first sample: every n-th row and column of each. */
export interface SheetTensor {
  planes: Planes;
  rows: number;
  cols: number;
  every: number;
  data: NumberArray;
  /** The largest magnitude: one scale for all channels. */
  max: number;
}

/** A channel of the first sample, whole. */
export interface PlaneTensor {
  rows: number;
  cols: number;
  data: NumberArray;
}

export type Wanted = { edge: string; shape: readonly number[]; channel?: number };

/** Rows and columns of a channel in a sheet, and numbers of a sheet, at most. */
const MOST_SIDE = 56;
const MOST_NUMBERS = 2 ** 17;
const MOST_BYTES = 192 * 2 ** 20;
const AT_ONCE = 4;

export class NetworkTensors {
  readonly #client: NetworkClient;
  readonly #kept = new LruCache<string, Tensor | 'failed'>(4096, MOST_BYTES, (each) =>
    each === 'failed' ? 0 : each.data.byteLength,
  );
  /** Derived from tensors that are kept; the same object as long as those are the same. */
  readonly #sheets = new WeakMap<Tensor, SheetTensor>();
  readonly #differences = new WeakMap<SheetTensor, SheetTensor>();
  #queue: { id: string; wanted: Wanted }[] = [];
  readonly #loading = new Set<string>();
  /** Grows with each tensor that arrives; whoever reads one that is not there yet reads it again. */
  readonly version = signal(0);

  constructor(client: NetworkClient) {
    this.#client = client;
  }

  /** What is to be loaded, in this order, in place of what was wanted before. */
  want(lists: { id: string; wanted: Wanted }[]) {
    this.#queue = lists.filter(({ id, wanted }) => !this.#kept.get(keyOf(id, wanted)));
    this.#load();
  }

  /** former: another network, from whose tensor the difference is wanted. */
  sheet(id: string, wanted: Wanted, former: string | null = null): SheetTensor | 'failed' | null {
    this.version.value;
    const found = this.#sheetOf(id, wanted);
    if (former === null || !found || found === 'failed') return found;
    const other = this.#sheetOf(former, wanted);
    return other && other !== 'failed' ? this.#difference(found, other) : other;
  }

  plane(id: string, wanted: Wanted, former: string | null = null): PlaneTensor | 'failed' | null {
    this.version.value;
    const found = this.#kept.get(keyOf(id, wanted));
    if (!found || found === 'failed') return found ?? null;
    const own = firstPlane(found, wanted.shape);
    if (former === null) return own;
    const other = this.#kept.get(keyOf(former, wanted));
    if (!other || other === 'failed') return other ?? null;
    return { ...own, data: minus(own.data, firstPlane(other, wanted.shape).data) };
  }

  /** A tensor as it was answered, of a parameter. */
  whole(id: string, name: string): Tensor | 'failed' | null {
    this.version.value;
    return this.#kept.get(keyOf(id, { edge: name, shape: [] })) ?? null;
  }

  #sheetOf(id: string, wanted: Wanted): SheetTensor | 'failed' | null {
    const found = this.#kept.get(keyOf(id, wanted));
    if (!found || found === 'failed') return found ?? null;
    const sheet = this.#sheets.get(found) ?? makeSheet(found, wanted.shape);
    this.#sheets.set(found, sheet);
    return sheet;
  }

  #difference(own: SheetTensor, other: SheetTensor): SheetTensor {
    const known = this.#differences.get(own);
    if (known) return known;
    const data = minus(own.data, other.data);
    const made = { ...own, data, max: maxMagnitude(data) };
    this.#differences.set(own, made);
    return made;
  }

  #load() {
    while (this.#loading.size < AT_ONCE) {
      const next = this.#queue.shift();
      if (!next) return;
      const key = keyOf(next.id, next.wanted);
      if (!this.#loading.has(key)) this.#loadOne(key, next.id, next.wanted);
    }
  }

  async #loadOne(key: string, id: string, { edge, shape, channel }: Wanted) {
    this.#loading.add(key);
    const part: TensorPart = channel === undefined ? { every: everyOf(shape) } : { channel };
    const tensor = await this.#client.tensor(id, edge, part).catch(() => 'failed' as const);
    this.#kept.set(key, tensor);
    this.#loading.delete(key);
    this.version.value += 1;
    this.#load();
  }
}

function keyOf(id: string, { edge, channel }: Wanted) {
  return `${id} ${channel ?? 'all'} ${edge}`;
}

/** Every how many rows and columns of an edge are enough for its sheet. */
export function everyOf(shape: readonly number[]) {
  const planes = planesOf(shape);
  if (!planes) return 1;
  const numbers = (every: number) =>
    planes.channels * Math.ceil(planes.rows / every) * Math.ceil(planes.cols / every) * (shape[0] ?? 1);
  let every = Math.ceil(Math.max(planes.rows, planes.cols) / MOST_SIDE);
  while (numbers(every) > MOST_NUMBERS && every < Math.max(planes.rows, planes.cols)) every += 1;
  return every;
}

function makeSheet({ data }: Tensor, shape: readonly number[]): SheetTensor {
  const planes = planesOf(shape) ?? { channels: 0, rows: 0, cols: 0 };
  const every = everyOf(shape);
  const [rows, cols] = [Math.ceil(planes.rows / every), Math.ceil(planes.cols / every)];
  const first = data.subarray(0, planes.channels * rows * cols);
  return { planes, rows, cols, every, data: first, max: maxMagnitude(first) };
}

function firstPlane({ data }: Tensor, shape: readonly number[]): PlaneTensor {
  const { rows, cols } = planesOf(shape) ?? { rows: 0, cols: 0 };
  return { rows, cols, data: data.subarray(0, rows * cols) };
}

/** The same length, or nothing of it: networks of inputs of different sizes have no differences. */
function minus(a: NumberArray, b: NumberArray): NumberArray {
  return a.length === b.length ? a.map((value, i) => value - (b[i] ?? 0)) : a.map(() => NaN);
}
