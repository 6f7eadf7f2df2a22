/** Computes all that the painters of the stage need. Pure. */

import type { Ledger } from '../../model/ledger.ts';
import { ledgerLayerOf, makeLedger } from '../../model/ledger.ts';
import { decimalsFor, formatNumber } from '../../model/numbers.ts';
import type { SceneModel } from '../../model/scene_model.ts';
import type { Step } from '../../model/step.ts';
import { phaseKey } from '../../model/timeline.ts';
import type { NumberArray, Rect } from '../../model/types.ts';
import type { NumberFit } from '../shared/text_fit.ts';
import { decimalsThatFit, fitTensor, fitTerms, NOT_WRITTEN } from '../shared/text_fit.ts';
import type { FrameRequest } from '../shared/view.ts';
import type { ChannelFrame } from './channel_frame.ts';
import { chooseFrameLayout, currentOutput, findVisibleChannels, makeChannelFrame } from './channel_frame.ts';
import type { Point, StageLayout } from './layout.ts';
import { placeParts } from './layout.ts';
import { placeEquation } from './phone_equation.ts';
import { findValuePath } from './value_path.ts';

/** The type from which on a fourth digit is worth its place, in CSS pixels. */
const LARGE_ENOUGH = 12;

export interface StageFrame extends ChannelFrame {
  view: 'stage';
  /** Where the output's value comes to stand before it is placed. */
  totalRect: Rect;
  /** The corners of its way to the cell. */
  pathPoints: Point[];
  /** How the products of each lane are written. */
  productFits: NumberFit[];
  /** Writes a number like the sums. */
  formatSum: (value: number) => string;
  /** Changes only when something is completed, or begins to move. */
  finishedKey: string;
  /** Changes whenever anything moves. */
  positionKey: string;
}

export function makeFrame(request: FrameRequest, previous: StageFrame | null = null): StageFrame {
  const { model, position } = request;
  const { summary } = model;
  const { outChannel, window, place } = position;
  const choice = chooseFrameLayout(request, previous);
  const visible = findVisibleChannels(request, choice);
  const layout =
    reuseParts(previous, choice, visible.open) ??
    placeParts(model.subject, choice, { openLane: visible.open });
  const [, height, width] = summary.shapes.output;
  const cellOf = (index: number) => ({ row: Math.floor(index / width), col: index % width });
  const windowOf = (index: number) => model.windowOf(cellOf(index).row, cellOf(index).col);
  const cell = cellOf(window);
  const frame = makeChannelFrame(request, { choice, layout, visible }, cell, windowOf, {
    rows: [cell.row],
    cols: [cell.col],
  });
  const step = request.step?.index === window ? request.step : null;
  const ledger = step && printStep(step, model, outChannel, layout, previous);
  const totalRect = placeTotal(frame, layout);
  return {
    ...frame,
    view: 'stage',
    step,
    ledger,
    placedCount: Math.min(window + (place === 1 ? 1 : 0), height * width),
    totalRect,
    pathPoints: holdsRunningSum(frame)
      ? []
      : findValuePath({ layout, totalRect, ...cell, current: currentOutput(frame) }),
    productFits: frame.rows.map(({ lane, index }) => fitProducts(model, step, ledger, index, lane.cell)),
    formatSum: (value) => formatNumber(value, ledger?.decimals ?? 0),
    positionKey: [Object.values(position).join(), request.flying].join(),
    finishedKey: phaseKey(position),
  };
}

function reuseParts(
  previous: StageFrame | null,
  choice: StageFrame['choice'],
  open: number,
): StageLayout | null {
  const same = previous?.choice === choice && previous.planeChannel - previous.firstChannel === open;
  return same ? previous.layout : null;
}

/** Whether a phone has a running sum in the total's place: then nothing is on its way to the output. */
function holdsRunningSum(frame: Parameters<typeof placeEquation>[0]) {
  const { family, total } = frame.layout;
  return (
    family === 'phone' && placeEquation(frame).some(({ kind, rect }) => kind === 'running' && rect === total)
  );
}

/** Places the output's value: at the foot of the ledger, or in the box of the lane at work. */
function placeTotal({ rows }: Pick<ChannelFrame, 'rows'>, { ledger, total }: StageLayout): Rect {
  const atWork = rows.find(({ index }) => index >= 0);
  return ledger === 'boxes' ? (atWork?.lane.sum ?? total) : total;
}

/** With the ledger's decimals; where they have no room, with those that the largest product possible has. */
function fitProducts(
  { inputMax, weightMax, weight }: SceneModel,
  step: Step | null,
  ledger: Ledger | null,
  index: number,
  cell: number,
): NumberFit {
  if (!step || !ledger || index < 0) return NOT_WRITTEN;
  const fit = fitTerms(step.productsOf(index), cell, ledger.decimals);
  if (fit.readable) return fit;
  const most = inputMax * (weight ? weightMax : 1);
  // A whole product that is the largest possible says nothing of fractions.
  return ledger.decimals === 0 ? fitTerms([most, -most], cell) : fitTensor([], -most, most, cell);
}

/** Four significant digits where they can be written large enough, else three. */
function fitProductDecimals(products: NumberArray, cell: number): NumberFit {
  const four = fitTerms(products, cell, decimalsFor(products, 4));
  return four.font >= LARGE_ENOUGH ? four : fitTerms(products, cell);
}

/** Prints the step with as many decimals as the cells have room for. */
function printStep(
  step: Step,
  model: SceneModel,
  outChannel: number,
  layout: StageLayout,
  previous: StageFrame | null,
): Ledger {
  if (
    previous?.ledger &&
    previous.step === step &&
    previous.choice.candidate.kernelCell === layout.kernelCell
  )
    return previous.ledger;
  const layer = { ...ledgerLayerOf(model, outChannel), turned: model.summary.operation.flip ?? false };
  const [lane] = layout.lanes;
  const sums = [step.output, layer.bias ?? 0, ...step.channelSums, ...step.runningSums];
  const fit = fitProductDecimals(step.products, lane?.cell ?? 0);
  // Terms with decimals may well have a whole sum, which is then written like them.
  const wanted = decimalsFor(fit.readable ? [...step.products, ...sums] : sums, 4);
  const fitting = fit.readable ? Math.min(fit.decimals, wanted) : wanted;
  return makeLedger(step, layer, decimalsThatFit(sums, Math.floor((layout.total.width || 80) / 8), fitting));
}
