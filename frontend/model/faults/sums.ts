/** The output of one window as an implementation computes it that reads a layer otherwise. Pure. */

import { inputChannelsOf, kernelSize, weightOffset } from '../geometry.ts';
import type { SceneModel } from '../scene_model.ts';

/** key: below `fault.`. */
export interface FaultReading {
  key: string;
  values: Record<string, string | number>;
  result: number;
}

export function reading(key: string, result: number, values: FaultReading['values'] = {}): FaultReading {
  return { key, result, values };
}

/** Where a window reads: an input row for each kernel row, a column for each kernel column, -1 for none. */
export interface Window {
  rows: ArrayLike<number>;
  cols: ArrayLike<number>;
}

/** Which kernel cell multiplies what kernel cell (u, v) should. */
export type KernelTurn = (u: number, v: number) => [number, number];

/** An input channel, and the slice it is multiplied with: that of an output and an input channel. */
export interface ReadChannel {
  channel: number;
  slice: [outChannel: number, inChannel: number];
}

interface Deviation {
  turn?: KernelTurn | undefined;
  /** Rows and columns of the input in each other's place. */
  swapped?: boolean;
  /** By default those of the group, with their own slices. */
  channels?: ReadChannel[];
}

/** The input channels that an output channel reads, with their slices. */
export function ownChannels({ summary }: SceneModel, outChannel: number): ReadChannel[] {
  return inputChannelsOf(summary, outChannel).map((channel) => ({ channel, slice: [outChannel, channel] }));
}

/** The output of a window, its bias included; null where it needs input cells that are not there. */
export function sumWindow(
  model: SceneModel,
  outChannel: number,
  { rows, cols }: Window,
  { turn = (u, v) => [u, v], swapped = false, channels = ownChannels(model, outChannel) }: Deviation,
): number | null {
  const { summary, input, weight, bias } = model;
  const [, height, width] = summary.shapes.input;
  const [kH, kW] = kernelSize(summary);
  if (!weight?.data.length || input.data.length === 0) return null;
  let sum = bias[outChannel] ?? 0;
  for (const { channel, slice } of channels) {
    const offset = weightOffset(summary, ...slice);
    for (let u = 0; u < kH; u++) {
      for (let v = 0; v < kW; v++) {
        const [row = -1, col = -1] = swapped ? [cols[v], rows[u]] : [rows[u], cols[v]];
        if (row < 0 || col < 0) continue;
        if (row >= height || col >= width) return null;
        const [p, q] = turn(u, v);
        const x = input.data[(channel * height + row) * width + col] ?? 0;
        sum += x * (weight.data[offset + p * kW + q] ?? 0);
      }
    }
  }
  return sum;
}
