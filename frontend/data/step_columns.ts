/** A page of steps as columns. */

import type { NumberArray, Step } from '../model/types.ts';
import { LruCache } from './lru_cache.ts';
import { decodeSafetensors } from './safetensors.ts';

/**
 * A page of steps as columns: a safetensors file (https://huggingface.co/docs/safetensors) whose arrays are looked into,
 * not copied.
 */

export class StepColumns {
  readonly #steps: LruCache<number, Step> = new LruCache(STEPS_KEPT);

  readonly start: number;
  readonly width: number;
  readonly columns: Map<string, { shape: number[]; data: NumberArray }>;

  /** start: the first step's index. width: of the output, in windows. */
  constructor(buffer: ArrayBuffer, start: number, width: number) {
    this.start = start;
    this.width = width;
    this.columns = decodeSafetensors(buffer);
  }

  /** The k-th step of the page. */
  step(k: number): Step {
    return this.#steps.get(k, () => this.#make(k));
  }

  #make(k: number): Step {
    const index = this.start + k;
    const row = (name: string) => {
      const column = this.columns.get(name);
      if (!column) throw new TypeError(`the page of steps has no column ${name}`);
      const size = column.shape.slice(1).reduce((a, b) => a * b, 1);
      return column.data.subarray(k * size, (k + 1) * size);
    };
    const [, channels = 1, kH = 1, kW = 1] = this.columns.get('products')?.shape ?? [];
    const cells = (name: string) => nested(row(name), channels, kH, kW);
    const selected = this.columns.has('selected') ? row('selected') : null;
    return {
      index,
      row: Math.floor(index / this.width),
      col: index % this.width,
      input_rows: [...row('input_rows')].map(orNull),
      input_cols: [...row('input_cols')].map(orNull),
      patch: cells('patches'),
      products: cells('products'),
      channel_sums: [...row('channel_sums')],
      running_sums: [...row('running_sums')],
      output: row('outputs')[0] ?? 0,
      ...(selected && { selected: [...selected] as [number, number] }),
    };
  }
}

/** Steps made of a page's columns that are kept as objects. */
const STEPS_KEPT = 6;

function orNull(at: number) {
  return at < 0 ? null : at;
}

function nested(data: NumberArray, channels: number, kH: number, kW: number): number[][][] {
  return Array.from({ length: channels }, (_, c) =>
    Array.from({ length: kH }, (__, u) => {
      const from = (c * kH + u) * kW;
      return [...data.subarray(from, from + kW)];
    }),
  );
}
