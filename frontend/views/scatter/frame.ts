/** Computes all that the painters of the scatter view need: one input cell's stamp at a time. Pure. */

import type { KernelWindow } from '../../model/geometry.ts';
import { inputChannelsOf } from '../../model/geometry.ts';
import type { SceneModel } from '../../model/scene_model.ts';
import type { PrintedStamp } from '../../model/stamp_ledger.ts';
import { printStamp } from '../../model/stamp_ledger.ts';
import type { AppliedStamp, Rect, Stamp } from '../../model/types.ts';
import type { NumberFit } from '../shared/text_fit.ts';
import { fitTerms } from '../shared/text_fit.ts';
import type { FrameRequest } from '../shared/view.ts';
import type { ChannelFrame } from '../stage/channel_frame.ts';
import { chooseFrameLayout, findVisibleChannels, makeChannelFrame } from '../stage/channel_frame.ts';
import { placeParts } from '../stage/layout.ts';
import { placeStamp } from './layout.ts';

export interface ScatterFrame extends ChannelFrame {
  view: 'scatter';
  stamp: Stamp | null;
  /** As products and sums are printed. */
  printed: PrintedStamp | null;
  /** The output channel at this time, and after the stamp. */
  outputValues: Float64Array | null;
  outputAfter: Float64Array | null;
  /** Output rows and columns that the kernel's fall on, NaN where they are cropped. */
  landing: KernelWindow;
  /** Where the channels' stamps add up; null for a single channel or where there is no room. */
  stampPlace: (Rect & { cell: number }) | null;
}

export function makeFrame(request: FrameRequest, previous: ScatterFrame | null = null): ScatterFrame {
  const { model, position, stamp } = request;
  const { summary, subject } = model;
  const { outChannel, window, place } = position;
  const [, , width] = summary.shapes.input;
  const cell = { row: Math.floor(window / width), col: window % width };
  const cellOf = (index: number) => ({ rows: [Math.floor(index / width)], cols: [index % width] });
  const channels = inputChannelsOf(summary, outChannel).length;
  const choice = chooseFrameLayout(request, previous);
  const visible = findVisibleChannels(request, choice);
  const layout = placeParts(subject, choice, { openLane: visible.open });
  const applied = stamp?.stamp.index === window ? stamp : null;
  const landing = landingWindow(model, cell.row, cell.col);
  const stampPlace = channels > 1 ? placeStamp(layout, subject.kernel) : null;
  return {
    ...makeChannelFrame(request, { choice, layout, visible }, cell, cellOf, landing),
    view: 'scatter',
    step: null,
    ledger: null,
    placedCount: 0,
    stamp: applied?.stamp ?? null,
    printed: applied && printFittedStamp(applied, model, layout.lanes[0]?.cell ?? 0, stampPlace?.cell),
    outputValues: applied && (place === 1 ? applied.after : applied.before),
    outputAfter: applied?.after ?? null,
    landing,
    stampPlace,
  };
}

/** Products and sums with the same decimals, those that the smaller cells have room for. */
function printFittedStamp(
  applied: AppliedStamp,
  { summary }: SceneModel,
  cell: number,
  stampCell = cell,
): PrintedStamp {
  const { products, sums } = applied.stamp;
  const { decimals } = fitTerms([...products.flat(2), ...sums.flat()], Math.min(cell, stampCell));
  return printStamp(applied, summary.shapes.output[2], decimals);
}

/** Channels share their decimals: alone, small products would want more than a cell has room for. */
export function fitProducts(
  { products, decimals }: Pick<PrintedStamp, 'products'> & Partial<PrintedStamp>,
  cell: number,
): NumberFit {
  return fitTerms(products.flat(2), cell, decimals);
}

/** Finds where the kernel's rows and columns land, NaN where that is cropped. */
export function landingWindow(
  { inverseRows, inverseCols, subject }: SceneModel,
  row: number,
  col: number,
): KernelWindow {
  const land = (taps: [number, number][] = [], size: number) => {
    const line = new Array<number>(size).fill(NaN);
    for (const [output, tap] of taps) line[tap] = output;
    return line;
  };
  return {
    rows: land(inverseRows[row], subject.kernel[0]),
    cols: land(inverseCols[col], subject.kernel[1]),
  };
}

/**
 * The index of the first input cell that stamps output cell (row, col), Infinity for one that none reaches.
 * Every pair of a row and a column that reach it stamps it, so the first of each count.
 */
export function firstStampIndex({ taps, summary }: SceneModel, row: number, col: number) {
  return firstRead(taps.rows[row]) * summary.shapes.input[2] + firstRead(taps.cols[col]);
}

/** The first input row or column that an output row or column reads. */
function firstRead(line: number[] = []) {
  return Math.min(...line.filter((index) => index >= 0));
}
