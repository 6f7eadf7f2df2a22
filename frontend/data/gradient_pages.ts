/** The gradients of a scene, in pages: the steps of each, and the planes that they fill. */

import { loadOneDimension } from '../model/dimensions.ts';
import { kernelSize } from '../model/geometry.ts';
import { outputChannelsOf, pairAt } from '../model/gradients/direction.ts';
import type { WeightStep } from '../model/gradients/moment.ts';
import type { Column, Columns } from '../model/step.ts';
import { Step } from '../model/step.ts';
import type {
  AppliedStamp,
  GradientStampsAnswer,
  NumberArray,
  SceneSummary,
  StampPage,
} from '../model/types.ts';
import type { ApiClient, ItemRange } from './client.ts';
import { readStamps } from './client.ts';
import { ItemPages } from './item_pages.ts';
import { decodeSafetensors } from './safetensors.ts';
import { makeStampParser } from './stamp_pages.ts';

/** Numbers in a page: small enough to arrive within a few frames. */
const PAGE_NUMBERS = 30_000;
const MAX_STEPS = 256;
const PAGES_KEPT = 24;

interface Page {
  columns: Columns;
  start: number;
}

type ReportError = (error: unknown) => void;

export type InputGradientPages = ItemPages<Page, Step>;
export type WeightGradientPages = ItemPages<Page, WeightStep>;
export type GradientStampPages = ItemPages<StampPage, AppliedStamp>;

/** The steps of each input channel. apart: see `stepColumns`. */
export function makeInputGradientPages(
  api: ApiClient,
  summary: SceneSummary,
  apart: [number, number],
  reportError: ReportError,
): InputGradientPages {
  const [channels, height, width] = summary.shapes.input;
  const [kH, kW] = kernelSize(summary);
  return new ItemPages(
    {
      ...pagesOf(channels, height * width, outputChannelsOf(summary, 0).length * kH * kW * 2),
      fetch: async (range) => {
        const columns = await fetchColumns(api, summary, 'input', range, [['in_channel', range.outChannel]]);
        return { columns: stepColumns(columns, apart), start: range.start };
      },
      read: remember((page, index) => new Step(page.columns, index - page.start, index, width)),
    },
    reportError,
  );
}

/** The steps of each pair of channels, in the order of the clock. */
export function makeWeightGradientPages(
  api: ApiClient,
  summary: SceneSummary,
  reportError: ReportError,
): WeightGradientPages {
  const { shapes } = summary;
  const [kH, kW] = kernelSize(summary);
  const [, height, width] = shapes.output;
  const pairs = shapes.output[0] * (shapes.input[0] / (summary.operation.groups ?? 1));
  return new ItemPages(
    {
      ...pagesOf(pairs, kH * kW, 2 * height * width),
      fetch: async (range) => {
        const [outChannel, inChannel] = pairAt(summary, range.outChannel);
        const columns = await fetchColumns(api, summary, 'weight', range, [
          ['out_channel', outChannel],
          ['in_channel', inChannel],
          ['include', 'patch,products'],
        ]);
        return { columns, start: range.start };
      },
      read: remember(readWeightStep),
    },
    reportError,
  );
}

/** The stamps of the upstream on each input channel's gradient. */
export function makeGradientStampPages(
  api: ApiClient,
  summary: SceneSummary,
  reportError: ReportError,
): GradientStampPages {
  const { id, shapes } = summary;
  const [kH, kW] = kernelSize(summary);
  const [, height, width] = shapes.output;
  return new ItemPages(
    {
      ...pagesOf(shapes.input[0], height * width, (outputChannelsOf(summary, 0).length + 2) * kH * kW),
      fetch: async ({ outChannel, start, stop }) => {
        const query = `in_channel=${outChannel}&start=${start}&stop=${stop}`;
        return stampsOf(await (await api.get(`/scenes/${id}/gradients/input/stamps?${query}`)).json());
      },
      read: makeStampParser(shapes.input[2]),
    },
    reportError,
  );
}

/** A page of gradient stamps in the words of a layer's, whose output is the gradient. */
function stampsOf({ in_channel, stamps, ...page }: GradientStampsAnswer): Promise<StampPage> {
  const named = {
    ...page,
    out_channel: in_channel,
    in_channels: page.out_channels,
    bias: 0,
    stamps: stamps.map(({ input_rows, input_cols, gradients, ...stamp }) => {
      return { ...stamp, output_rows: input_rows, output_cols: input_cols, outputs: gradients };
    }),
  };
  return readStamps(named);
}

export async function fetchBiasGradient(api: ApiClient, id: string): Promise<NumberArray> {
  const { gradient } = await (await api.get(`/scenes/${id}/gradients/bias`)).json();
  return Float64Array.from(gradient);
}

function pagesOf(outChannels: number, total: number, numbers: number) {
  const size = Math.max(1, Math.min(MAX_STEPS, Math.floor(PAGE_NUMBERS / numbers)));
  return { outChannels, total, size, capacity: PAGES_KEPT, initial: null };
}

async function fetchColumns(
  api: ApiClient,
  { id, dimensions }: SceneSummary,
  gradient: 'input' | 'weight',
  { start, stop }: ItemRange,
  more: [string, string | number][],
): Promise<Columns> {
  const query = new URLSearchParams({ start: String(start), stop: String(stop), format: 'safetensors' });
  for (const [name, value] of more) query.set(name, String(value));
  const content = await (await api.get(`/scenes/${id}/gradients/${gradient}/steps?${query}`)).arrayBuffer();
  const columns = decodeSafetensors(content);
  return dimensions === 1 ? (await loadOneDimension()).liftGradientColumns(columns) : columns;
}

/**
 * The columns of gradient steps by the names of a layer's steps, so that the upstream is its input. apart:
 * how far its rows and columns stand from one another where zeros are between.
 */
export function stepColumns(columns: Columns, [rowsApart, colsApart]: [number, number]): Columns {
  const part = (name: string) => columns.get(name) ?? { shape: [], data: new Float64Array() };
  return new Map([
    ['outputs', part('gradients')],
    ['patches', part('upstream')],
    ['products', part('products')],
    ['channel_sums', part('channel_sums')],
    ['running_sums', part('running_sums')],
    ['input_rows', firstOutputs(part('output_rows'), rowsApart)],
    ['input_cols', firstOutputs(part('output_cols'), colsApart)],
  ]);
}

/** (n, kernel, most) with -1 for none -> (n, kernel). */
function firstOutputs({ shape, data }: Column, apart: number): Column {
  const [steps = 0, kernel = 0, most = 1] = shape;
  const first = Int32Array.from({ length: steps * kernel }, (_, k) => data[k * most] ?? -1);
  return { shape: [steps, kernel], data: first.map((line) => (line < 0 ? -1 : line * apart)) };
}

function readWeightStep({ columns, start }: Page, index: number): WeightStep {
  const part = (name: string) => {
    const { shape = [], data = new Float64Array() } = columns.get(name) ?? {};
    const size = shape.slice(1).reduce((a, b) => a * b, 1);
    return data.subarray((index - start) * size, (index - start + 1) * size);
  };
  return {
    index,
    patch: part('patches'),
    products: part('products'),
    rowSums: part('row_sums'),
    gradient: part('gradients')[0] ?? 0,
  };
}

/** Gives the same object for the item that was read last. */
function remember<Item>(read: (page: Page, index: number) => Item) {
  let last: { page: Page; index: number; item: Item } | null = null;
  return (page: Page, index: number): Item => {
    if (last?.page !== page || last.index !== index) last = { page, index, item: read(page, index) };
    return last.item;
  };
}
