/** Computes all that the painters of the scatter view need: one input cell's stamp at a time. Pure. */

import type { KernelWindow } from '../../model/geometry.ts';
import { inputChannelsOf } from '../../model/geometry.ts';
import { findRelations } from '../../model/relations.ts';
import type { SceneModel } from '../../model/scene_model.ts';
import type { Rect, Stamp } from '../../model/types.ts';
import type { FrameRequest } from '../shared/view.ts';
import {
  firstVisibleChannel,
  makeChannelRows,
  makeGridViews,
  makeRowsKey,
  slidingWindow,
} from '../stage/channel_rows.ts';
import type { ChannelFrame } from '../stage/frame.ts';
import { reuseLayout } from '../stage/frame.ts';
import { makeScatterLayout, placeStamp, placeValue } from './layout.ts';

export interface ScatterFrame extends ChannelFrame {
  view: 'scatter';
  stamp: Stamp | null;
  /** The output channel at this time. */
  outputValues: Float64Array | null;
  /** Output rows and columns that the kernel's fall on, NaN where they are cropped. */
  landing: KernelWindow;
  /** The input cell's number, in the first visible row. */
  valueRect: Rect;
  /** Where the channels' stamps add up; null for a single channel or where there is no room. */
  stampRect: Rect | null;
}

export function makeFrame(request: FrameRequest, previous: ScatterFrame | null = null): ScatterFrame {
  const { model, position, activeCell } = request;
  const { summary, subject } = model;
  const { outChannel, window } = position;
  const inChannels = inputChannelsOf(summary, outChannel);
  const labelled = (summary.operation.output_padding ?? []).some((size) => size > 0);
  const layout =
    reuseLayout(request, previous) ??
    makeScatterLayout(subject, request.width, request.height, inChannels.length, labelled);
  const firstChannel = firstVisibleChannel(
    layout,
    subject.channels,
    inChannels,
    position,
    request.firstChannel,
  );
  const [, , width] = summary.shapes.input;
  const [row, col] = [Math.floor(window / width), window % width];
  const cellOf = (index: number) => ({ rows: [Math.floor(index / width)], cols: [index % width] });
  const applied = request.stamp?.stamp.index === window ? request.stamp : null;
  const landing = landingWindow(model, row, col);
  const views = makeGridViews(request, layout, cellOf(window), landing);
  return {
    ...request,
    ...views,
    view: 'scatter',
    layout,
    firstChannel,
    rows: makeChannelRows(layout, firstChannel, inChannels, position, subject),
    inChannels,
    row,
    col,
    window: slidingWindow(position, cellOf(window), cellOf),
    targetWindow: cellOf(window),
    step: null,
    ledger: null,
    output: request.outputs.get(outChannel) ?? null,
    placedCount: 0,
    relations: activeCell && findRelations(model, activeCell.cell, { row: 0, col: 0 }),
    totalRect: layout.total,
    staticKey: makeRowsKey(request, firstChannel, views),
    stamp: applied?.stamp ?? null,
    outputValues: applied && (position.place === 1 ? applied.after : applied.before),
    landing,
    valueRect: placeValue(layout),
    stampRect: inChannels.length > 1 ? placeStamp(layout, subject.kernel) : null,
  };
}

/** Finds where the kernel's rows and columns land, NaN where that is cropped. */
export function landingWindow(
  { rowReaders, colReaders, subject }: SceneModel,
  row: number,
  col: number,
): KernelWindow {
  const land = (readers: [number, number][] = [], size: number) => {
    const line = new Array<number>(size).fill(NaN);
    for (const [output, tap] of readers) line[tap] = output;
    return line;
  };
  return {
    rows: land(rowReaders[row], subject.kernel[0]),
    cols: land(colReaders[col], subject.kernel[1]),
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
