/** A scene as the page holds it: its tensors, and pages of steps, stamps and outputs. */

import type { ApiClient } from '../data/client.ts';
import { availableNumbers } from '../data/input_preview.ts';
import { PageCache } from '../data/page_cache.ts';
import { StampPages } from '../data/stamp_pages.ts';
import { StepPages } from '../data/step_pages.ts';
import { maxMagnitude } from '../model/color.ts';
import { inputChannelsOf, kernelSize } from '../model/geometry.ts';
import type { Clock } from '../model/timeline.ts';
import type { Granularity, SceneSummary, TapTable, Tensor, ViewName } from '../model/types.ts';

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

/** The empty caches of a scene. */
export function makePages(api: ApiClient, summary: SceneSummary, reportError: (error: unknown) => void) {
  return {
    steps: new StepPages(api, summary, reportError),
    stamps: new StampPages(api, summary, reportError),
    outputs: new PageCache<number, Tensor>(Infinity, reportError),
  };
}

/** An output channel with its range. */
export async function fetchOutput(api: ApiClient, id: string, channel: number): Promise<Tensor> {
  const output = await api.tensor(id, 'output', { channel });
  return { ...output, range: [0, maxMagnitude(output.data)] };
}

export function defaultGranularity({ shapes }: SceneSummary): Granularity {
  return shapes.output[1] * shapes.output[2] > MANY_WINDOWS ? 'window' : 'channel';
}

/**
 * The view of a layer that is wanted, or the stage where there is none: without weights no matrix, unless
 * transposed no stamps.
 */
export function availableView({ operation, shapes }: SceneSummary, wanted: ViewName): ViewName {
  if (!shapes.weight || (wanted === 'scatter' && operation.kind !== 'conv_transpose2d')) return 'stage';
  return wanted;
}

export function makeClock(summary: SceneSummary, granularity: Granularity, view: ViewName): Clock {
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

/** Three channels of 0 … 1, large enough to be seen as a picture. */
export function isPicture(input: Tensor) {
  const [channels = 0, height = 0, width = 0] = input.shape;
  return (
    channels === 3 &&
    Math.min(height, width) >= 24 &&
    availableNumbers(input).every((value) => value >= 0 && value <= 1)
  );
}
