/** The numbers of a layer of signals by their places: inputs, what padding holds, weights. */

import { channelHue } from '../../model/color.ts';
import { ledgerLayerOf } from '../../model/ledger.ts';
import type { Rect } from '../../model/types.ts';
import type { BarScale } from './bars.ts';
import { barScale } from './bars.ts';
import type { SignalFrame } from './frame.ts';

export function hueOf({ theme }: SignalFrame, channel: number) {
  return channelHue(theme, channel);
}

export function inputScale({ ranges, fits }: SignalFrame, plot: Rect): BarScale {
  return barScale(plot, ranges.input, fits.input);
}

export function outputScale({ ranges, fits, layout }: SignalFrame): BarScale {
  return barScale(layout.output, ranges.output, fits.output);
}

export function channelValues({ model }: SignalFrame, channel: number) {
  const length = model.summary.shapes.input[2];
  const start = channel * length;
  return Array.from(model.input.data.subarray(start, start + length), (value, index) => ({ index, value }));
}

export function inputValue({ model }: SignalFrame, channel: number, index: number) {
  return model.input.data[channel * model.summary.shapes.input[2] + index] ?? 0;
}

/** Whether an input cell is one of the zeros that a gradient has between the cells of the upstream. */
export function isBetween({ model }: SignalFrame, index: number) {
  return index % model.spread[1] !== 0;
}

/** What stands at a position beside the input; null where nothing does, or no window reads it. */
export function ghostValue(frame: SignalFrame, channel: number, position: number): number | null {
  const { model } = frame;
  const source = model.colSources[position + model.plane.left] ?? -1;
  if (source >= 0) return inputValue(frame, channel, source);
  return model.summary.operation.kind === 'max_pool2d' || source < -1 ? null : 0;
}

/** The weight of kernel cell v for the channel at this place of the step; null in pooling. */
export function weightAt({ model, position }: SignalFrame, index: number, v: number) {
  return ledgerLayerOf(model, position.outChannel).weight(index, 0, v);
}
