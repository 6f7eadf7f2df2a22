/** Computes all that the painters of signals need: a function of the timeline's time. Pure. */

import { inputChannelsOf } from '../../model/geometry.ts';
import type { Ledger } from '../../model/ledger.ts';
import { ledgerLayerOf, makeLedger } from '../../model/ledger.ts';
import { decimalsFor } from '../../model/numbers.ts';
import type { Relations } from '../../model/relations.ts';
import { findRelations } from '../../model/relations.ts';
import type { SceneModel } from '../../model/scene_model.ts';
import type { PrintedStamp } from '../../model/stamp_ledger.ts';
import { printStamp } from '../../model/stamp_ledger.ts';
import type { Step } from '../../model/step.ts';
import { easeInOut } from '../../model/timeline.ts';
import type { AppliedStamp, Stamp, Tensor } from '../../model/types.ts';
import { clamp } from '../shared/rects.ts';
import type { NumberFit } from '../shared/text_fit.ts';
import type { FrameRequest } from '../shared/view.ts';
import { makeStaticKey } from '../shared/view.ts';
import { channelProgress } from '../stage/channel_frame.ts';
import { otherChannels } from '../stage/grid_places.ts';
import type { SignalAxis } from './axis.ts';
import { makeAxis } from './axis.ts';
import type { SignalLane, SignalLayout, SignalSubject } from './layout.ts';
import { layOutSignals } from './layout.ts';
import { fitAll } from './number_fits.ts';
import { firstColumnOf } from './pages.ts';

/** A channel in sight. */
export interface SignalRow {
  lane: SignalLane;
  channel: number;
  /** Its place in the step. */
  index: number;
  active: boolean;
  /** How many products there are, the fraction being that of the one at work; the others 0 … 1. */
  products: number;
  sum: number;
  accumulate: number;
}

/** Lowest and highest number, 0 among them. */
export interface ValueRange {
  low: number;
  high: number;
}

export interface SignalFrame extends Omit<FrameRequest, 'view'> {
  view: 'signal';
  layout: SignalLayout;
  axis: SignalAxis;
  /** One input cell stamps the output at a time. */
  scatters: boolean;
  /** The position of the first column in sight. */
  firstColumn: number;
  inChannels: number[];
  rows: SignalRow[];
  /** The other output channels in sight. */
  otherOutputs: number[];
  /** Where the kernel's cells are at this time, and where they come to rest. */
  kernel: number[];
  restingKernel: number[];
  step: Step | null;
  ledger: Ledger | null;
  stampAtWork: Stamp | null;
  /** As products and sums are printed. */
  printedStamp: PrintedStamp | null;
  output: Tensor | null;
  /** The output channel as far as it has come at this time: null where nothing stands yet. */
  outputAt: (index: number) => number | null;
  ranges: { input: ValueRange; output: ValueRange };
  fits: { input: NumberFit; kernel: NumberFit; products: NumberFit; output: NumberFit };
  relations: Relations | null;
  staticKey: string;
}

/** axisOf: of a gradient, whose cells stand as those of the layer do. */
export function makeFrame(
  request: FrameRequest,
  previous: SignalFrame | null = null,
  axisOf: (model: SceneModel, scatters: boolean) => SignalAxis = makeAxis,
): SignalFrame {
  const { model, position } = request;
  const scatters = request.view === 'scatter';
  const known = previous?.model === model && previous.scatters === scatters ? previous : null;
  const axis = known?.axis ?? axisOf(model, scatters);
  const inChannels = inputChannelsOf(model.summary, position.outChannel);
  const layout = reuseLayout(request, known) ?? layOut(request, axis, inChannels.length, scatters);
  const restingKernel = axis.kernelAt(position.window);
  const firstColumn = firstColumnOf(axis, layout, position, restingKernel);
  const shownAxis = axis.apart ? placeApart(axis, model, layout, firstColumn, position.window) : axis;
  const step = request.step?.index === position.window ? request.step : null;
  const applied = request.stamp?.stamp.index === position.window ? request.stamp : null;
  const output = request.outputs.get(position.outChannel) ?? null;
  const fits = fitAll(request, layout.cell, step ?? applied?.stamp ?? null, output);
  const rows = makeRows(request, layout, inChannels);
  const { activeCell } = request;
  return {
    ...request,
    view: 'signal',
    layout,
    axis: shownAxis,
    scatters,
    firstColumn,
    inChannels,
    rows,
    otherOutputs: otherChannels(position.outChannel, model.subject.outChannels, layout.others.length),
    kernel: slidingKernel(axis, request, restingKernel),
    restingKernel,
    step,
    ledger: step && printStep(request, step, fits.products, known),
    stampAtWork: applied?.stamp ?? null,
    printedStamp: applied && printStamp(applied, model.summary.shapes.output[2], fits.products.decimals),
    output,
    outputAt: scatters ? stampedOutput(request, applied) : placedOutput(request, output),
    ranges: {
      input: known?.ranges.input ?? rangeOf(model.input.data),
      output: rangeOf(output?.data ?? [request.outputMax]),
    },
    fits,
    relations: activeCell && findRelations(model, activeCell.cell, { row: 0, col: position.window }),
    staticKey: makeStaticKey(
      request,
      scatters ? 'scatter' : 'gather',
      layout.cell,
      layout.height,
      firstColumn,
      shownAxis.outputAt(0),
      rows[0]?.channel ?? 0,
      request.outputs.version,
    ),
  };
}

function reuseLayout(request: FrameRequest, known: SignalFrame | null): SignalLayout | null {
  const names = ['width', 'height', 'presenting'] as const;
  return known && names.every((name) => known[name] === request[name]) ? known.layout : null;
}

function layOut(
  { model, width, height, presenting }: FrameRequest,
  axis: SignalAxis,
  channels: number,
  scatters: boolean,
): SignalLayout {
  const { chars, weighted, biased, outChannels } = model.subject;
  const subject: SignalSubject = {
    first: axis.first,
    last: axis.last,
    reach: axis.span + 2,
    channels,
    weighted,
    biased,
    summed: !scatters,
    stamped: scatters && channels > 1,
    others: axis.apart ? 0 : outChannels - 1,
    chars: Math.max(chars.input, chars.kernel, chars.product, chars.output),
  };
  return layOutSignals(subject, { width, height }, presenting);
}

/** The output's cells side by side, below the middle of what is in sight. */
function placeApart(
  axis: SignalAxis,
  { summary }: SceneModel,
  { columns }: SignalLayout,
  firstColumn: number,
  window: number,
): SignalAxis {
  const more = summary.shapes.output[2] - columns;
  const turned = clamp(Math.floor(window / columns) * columns, 0, Math.max(0, more));
  const start = firstColumn + Math.max(0, -more / 2) - turned;
  return { ...axis, outputAt: (index) => start + index };
}

/** The channels in sight: those around the one at work, or those that the reader chose. */
function makeRows(
  { position, firstChannel, model }: FrameRequest,
  { lanes }: SignalLayout,
  inChannels: number[],
): SignalRow[] {
  const count = lanes.length;
  const working = Math.max(0, position.active, position.channels - 1);
  const wanted = firstChannel === null ? working : Math.max(0, inChannels.indexOf(firstChannel));
  const first = Math.max(0, Math.min(Math.floor(wanted / count) * count, inChannels.length - count));
  return lanes.flatMap((lane, slot) => {
    const index = first + slot;
    const channel = inChannels[index];
    if (channel === undefined) return [];
    const progress = channelProgress(position, index, model.subject.kernel[1]);
    return [{ lane, channel, index, active: position.active === index, ...progress }];
  });
}

/** The kernel on its way from the window before. */
function slidingKernel(axis: SignalAxis, { position }: FrameRequest, resting: number[]) {
  const { slide, window } = position;
  if (slide === 1 || window === 0) return resting;
  const before = axis.kernelAt(window - 1);
  const share = easeInOut(slide);
  return resting.map((at, v) => (before[v] ?? at) + (at - (before[v] ?? at)) * share);
}

function placedOutput({ position }: FrameRequest, output: Tensor | null) {
  const placed = position.window + (position.place === 1 ? 1 : 0);
  return (index: number) => (index < placed ? (output?.data[index] ?? null) : null);
}

/** Cells that wait for their first stamp are empty. */
function stampedOutput({ model, position }: FrameRequest, applied: AppliedStamp | null) {
  const { cols } = model.taps;
  const values = applied && (position.place === 1 ? applied.after : applied.before);
  const stamped = position.window + (position.place === 1 ? 1 : 0);
  return (index: number) => {
    const first = Math.min(...(cols[index] ?? []).filter((input) => input >= 0));
    return values && (first < stamped || first === Infinity) ? (values[index] ?? null) : null;
  };
}

/** Prints the step with the decimals that the products have room for. */
function printStep(
  { model, position }: FrameRequest,
  step: Step,
  products: NumberFit,
  previous: SignalFrame | null,
): Ledger {
  const { outChannel } = position;
  if (previous?.ledger && previous.step === step && previous.fits.products.decimals === products.decimals)
    return previous.ledger;
  const layer = { ...ledgerLayerOf(model, outChannel), turned: model.summary.operation.flip ?? false };
  const sums = [step.output, layer.bias ?? 0, ...step.channelSums, ...step.runningSums];
  const wanted = decimalsFor(products.readable ? [...step.products, ...sums] : sums, 4);
  return makeLedger(step, layer, products.readable ? Math.min(products.decimals, wanted) : wanted);
}

function rangeOf(values: ArrayLike<number>): ValueRange {
  let [low, high] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i] ?? 0);
    high = Math.max(high, values[i] ?? 0);
  }
  return low === high ? { low: 0, high: 1 } : { low, high };
}

/** The middle of a position's column on the canvas. */
export function columnX({ layout, firstColumn }: SignalFrame, position: number) {
  return layout.left + (position - firstColumn + 0.5) * layout.cell;
}

/** The position under a point of the canvas. */
export function positionAt({ layout, firstColumn }: SignalFrame, x: number) {
  return (x - layout.left) / layout.cell - 0.5 + firstColumn;
}
