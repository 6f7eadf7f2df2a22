/** Computes all that the painters of the stage need. Pure. */

import { windowAt } from '../../model/geometry.ts';
import type { Ledger } from '../../model/ledger.ts';
import { ledgerLayerOf, makeLedger } from '../../model/ledger.ts';
import { decimalsFor } from '../../model/numbers.ts';
import type { LayoutInput, SceneModel } from '../../model/scene_model.ts';
import type { Step } from '../../model/step.ts';
import type { Position } from '../../model/timeline.ts';
import { charactersIn, decimalsThatFit, READABLE_CELL } from '../shared/text_fit.ts';
import type { FrameRequest } from '../shared/view.ts';
import type { ChannelFrame } from './channel_frame.ts';
import { lastVisibleSlot, makeChannelFrame, reuseLayout } from './channel_frame.ts';
import type { StageLayout } from './layout.ts';
import { makeLayout, rectInSlot } from './layout.ts';

export interface StageFrame extends ChannelFrame {
  view: 'stage';
  /** Changes only when something is completed, or begins to move. */
  finishedKey: string;
  /** Changes whenever anything moves. */
  positionKey: string;
}

export function makeFrame(request: FrameRequest, previous: StageFrame | null = null): StageFrame {
  const { model, position } = request;
  const { summary, taps, subject } = model;
  const { outChannel, window, place } = position;
  const layout = reuseLayout(request, previous) ?? makeLayout(subject, request.width, request.height);
  const [, height, width] = summary.shapes.output;
  const cellOf = (index: number) => ({ row: Math.floor(index / width), col: index % width });
  const windowOf = (index: number) => windowAt(summary, taps, cellOf(index).row, cellOf(index).col);
  const cell = cellOf(window);
  const frame = makeChannelFrame(request, layout, cell, windowOf, { rows: [cell.row], cols: [cell.col] });
  const step = request.step?.index === window ? request.step : null;
  return {
    ...frame,
    view: 'stage',
    step,
    ledger: step && printStep(step, model, outChannel, layout, previous),
    placedCount: Math.min(window + (place === 1 ? 1 : 0), height * width),
    totalRect: placeTotal(layout, subject, frame.firstChannel, frame.inChannels),
    positionKey: Object.values(position).join(),
    finishedKey: makeFinishedKey(position),
  };
}

/** Joins what is complete at a position, and what moves. */
function makeFinishedKey({ products, ...rest }: Position) {
  const parts = Object.values(rest).map((part) => (Number.isInteger(Number(part)) ? part : 'moves'));
  return [Math.floor(products), Math.ceil(products), ...parts].join();
}

/** Places the output's value: beside the last running sum in sight, or, in pooling, in the one box. */
function placeTotal(
  layout: StageLayout,
  { weighted }: LayoutInput,
  firstChannel: number,
  inChannels: number[],
) {
  const lastSlot = layout.visibleRows - 1;
  const slot = layout.narrow && weighted ? lastSlot : lastVisibleSlot(layout, firstChannel, inChannels);
  return rectInSlot(layout, weighted ? layout.total : layout.sum, slot);
}

/** Prints the step with as many decimals as the cells have room for. */
function printStep(
  step: Step,
  model: SceneModel,
  outChannel: number,
  layout: StageLayout,
  previous: StageFrame | null,
): Ledger {
  if (previous?.ledger && previous.step === step && previous.layout === layout) return previous.ledger;
  const layer = ledgerLayerOf(model, outChannel);
  const { kernelCell, sum } = layout;
  const sums = [step.output, layer.bias, ...step.channelSums, ...step.runningSums];
  // Terms with decimals may well have a whole sum, which is then written like them.
  const readable = kernelCell >= READABLE_CELL;
  const wanted = decimalsFor(readable ? [...step.products, ...sums] : sums, 4);
  const fitting = readable ? decimalsThatFit(step.products, charactersIn(kernelCell), wanted) : wanted;
  return makeLedger(step, layer, decimalsThatFit(sums, Math.floor(sum.width / 9), fitting));
}
