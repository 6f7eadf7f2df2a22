/** A scene as the page holds it: its tensors, and pages of steps, stamps and outputs. */

import type { ApiClient } from '../data/client.ts';
import { fetchInput } from '../data/input_preview.ts';
import { ARRAYS } from '../data/npy.ts';
import { PageCache } from '../data/page_cache.ts';
import type { StampPages } from '../data/stamp_pages.ts';
import { makeStampPages } from '../data/stamp_pages.ts';
import type { StepPages } from '../data/step_pages.ts';
import { makeStepPages } from '../data/step_pages.ts';
import { maxMagnitude } from '../model/color.ts';
import { inputChannelsOf, kernelSize } from '../model/geometry.ts';
import type { Clock } from '../model/timeline.ts';
import type {
  Granularity,
  LayerShape,
  SceneSummary,
  TapTable,
  Tensor,
  TensorAnswer,
  ViewName,
} from '../model/types.ts';

export interface Scene {
  summary: SceneSummary;
  taps: TapTable;
  input: Tensor;
  weight: Tensor | null;
  bias: Tensor | null;
  steps: StepPages;
  stamps: StampPages;
  /** By output channel, as far as they are loaded. */
  outputs: PageCache<number, Tensor>;
}

/** Windows from which on a whole window is the better step to begin with. */
const MANY_WINDOWS = 300;

/** Its steps, stamps and outputs, of which the initial data are there. */
export function makePages(api: ApiClient, summary: SceneSummary, reportError: (error: unknown) => void) {
  const outputs = new PageCache<number, Tensor>(Infinity, reportError);
  const output = summary.initial?.tensors.output;
  if (output) outputs.set(output.channel ?? 0, withRange(toTensor(output)));
  return {
    steps: makeStepPages(api, summary, reportError),
    stamps: makeStampPages(api, summary, reportError),
    outputs,
  };
}

/** What need not be fetched. */
export type KnownParts = Partial<Pick<Scene, 'taps' | 'input' | 'weight' | 'bias'>>;

/** Fetches what is neither among the initial data nor known. */
export async function fetchParts(
  api: ApiClient,
  summary: SceneSummary,
  known: KnownParts = {},
): Promise<Pick<Scene, 'taps' | 'input' | 'weight' | 'bias'>> {
  const { id, shapes, initial } = summary;
  const initialTensor = (name: 'input' | 'weight' | 'bias') => {
    const tensor = initial?.tensors[name];
    return tensor && toTensor(tensor);
  };
  const fetchTensor = (name: 'weight' | 'bias') =>
    shapes[name] && (initialTensor(name) ?? known[name] ?? api.tensor(summary, name));
  const [taps, input, weight, bias] = await Promise.all([
    known.taps ?? initial?.taps ?? api.taps(id),
    initialTensor('input') ?? known.input ?? fetchInput(api, summary),
    fetchTensor('weight'),
    fetchTensor('bias'),
  ]);
  return { taps, input, weight, bias };
}

function toTensor({ dtype, shape, data }: TensorAnswer): Tensor {
  return { shape, data: new ARRAYS[dtype]([data].flat(Infinity) as number[]) };
}

/** An output channel with its range. */
export async function fetchOutput(api: ApiClient, summary: SceneSummary, channel: number): Promise<Tensor> {
  return withRange(await api.tensor(summary, 'output', { channel }));
}

function withRange(output: Tensor): Tensor {
  return { ...output, range: [0, maxMagnitude(output.data)] };
}

export function defaultGranularity({ shapes }: SceneSummary): Granularity {
  return shapes.output[1] * shapes.output[2] > MANY_WINDOWS ? 'window' : 'channel';
}

/**
 * The view of a layer that is wanted, or the stage where there is none: without weights no matrix, unless
 * transposed no stamps.
 */
export function availableView({ operation, shapes }: LayerShape, wanted: ViewName): ViewName {
  if (!shapes.weight || (wanted === 'scatter' && operation.kind !== 'conv_transpose2d')) return 'stage';
  return wanted;
}

export function makeClock(summary: LayerShape, granularity: Granularity, view: ViewName): Clock {
  const { input, output } = summary.shapes;
  const [, height, width] = availableView(summary, view) === 'scatter' ? input : output;
  const [kH, kW] = kernelSize(summary);
  return {
    outChannels: output[0],
    windows: height * width,
    width,
    channels: inputChannelsOf(summary, 0).length,
    taps: kH * kW,
    granularity,
  };
}
