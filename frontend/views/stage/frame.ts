/** (state, size) -> Frame: all that the painters need, and nothing else. Pure. */

import type { Theme } from '../../model/color.ts';
import type { KernelWindow, Zoom } from '../../model/geometry.ts';
import {
  inputChannelsOf,
  interpolateWindows,
  kernelSize,
  weightOffset,
  windowAt,
} from '../../model/geometry.ts';
import type { Ledger } from '../../model/ledger.ts';
import { makeLedger } from '../../model/ledger.ts';
import { decimalsFor } from '../../model/numbers.ts';
import type { Cell, Relations } from '../../model/relations.ts';
import { findRelations } from '../../model/relations.ts';
import type { LayoutInput, SceneModel } from '../../model/scene_model.ts';
import type { Step } from '../../model/step.ts';
import type { Position } from '../../model/timeline.ts';
import { easeInOut } from '../../model/timeline.ts';
import type { Rect, SceneSummary, TapTable, Tensor } from '../../model/types.ts';
import { charactersIn, decimalsThatFit, READABLE_CELL } from '../shared/text_fit.ts';
import type { ThemeColors } from '../shared/theme_colors.ts';
import type { GridView } from '../shared/zoom.ts';
import { panToShow, makeGridView as viewIn } from '../shared/zoom.ts';
import type { StageLayout } from './layout.ts';
import { makeLayout, rectInSlot } from './layout.ts';

/** sum, accumulate: 0 … 1. */
export interface ChannelRow {
  slot: number;
  channel: number;
  /** Position in the step, -1: not of this group. */
  index: number;
  active: boolean;
  /** Kernel cells multiplied so far, the last one perhaps in part. */
  products: number;
  sum: number;
  accumulate: number;
}

/** moment, stands: change with time, stands only where something comes to stand. */
export interface StageFrame {
  view: 'stage' | 'scatter';
  model: SceneModel;
  layout: StageLayout;
  position: Position;
  theme: Theme;
  colors: ThemeColors;
  tinted: boolean;
  width: number;
  height: number;
  ratio: number;
  first: number;
  rows: ChannelRow[];
  inChannels: number[];
  window: KernelWindow;
  target: KernelWindow;
  step: Step | null;
  printed: Ledger | null;
  output: Tensor | null;
  outputMax: number;
  row: number;
  col: number;
  /** Output cells that stand, in raster order. */
  placedCount: number;
  turn: number;
  labels: Record<string, string>;
  /** Changes when anything but the moving parts does. */
  staticKey: string;
  stands?: string;
  moment?: string;
  /** As the state has it. */
  activeCell: { cell: Cell; pinned: boolean } | null;
  total: Rect;
  /** Of the first visible row. */
  inputView: GridView;
  outputView: GridView;
  question: { cell: Cell; answer: Relations; pinned: boolean } | null;
}

/**
 * Where kernel cell (u, v) is shown: a flipped kernel stands on its head, so that it lies on the window as it
 * is used.
 */
export function displayedTap({ summary, subject }: SceneModel, u: number, v: number): [number, number] {
  return summary.operation.flip ? [subject.kernel[0] - 1 - u, subject.kernel[1] - 1 - v] : [u, v];
}

export interface StageRequest {
  model: SceneModel;
  position: Position;
  step: Step | null;
  output: Tensor | null;
  outputMax: number;
  scroll: number | null;
  theme: Theme;
  colors: ThemeColors;
  tinted: boolean;
  width: number;
  height: number;
  ratio: number;
  labels: Record<string, string>;
  turn: number;
  zoom: { input: Zoom; output: Zoom };
  following: boolean;
  activeCell: { cell: Cell; pinned: boolean } | null;
}

export function makeFrame(view: StageRequest, previous: StageFrame | null = null): StageFrame {
  const { model, position, step } = view;
  const { summary, taps, subject } = model;
  const at = reuseLayout(view, previous) ?? makeLayout(subject, view.width, view.height);
  const inputs = inputChannelsOf(summary, position.outChannel);
  const first = firstVisibleChannel(at, subject.channels, inputs, position, view.scroll);
  const [, height, width] = summary.shapes.output;
  const row = Math.floor(position.window / width);
  const col = position.window % width;
  const target = windowAt(summary, taps, row, col);
  const shown = step?.index === position.window ? step : null;
  const views = gridViewsOf(view, at, target, { rows: [row], cols: [col] });
  const question = view.activeCell && {
    ...view.activeCell,
    answer: findRelations(model, view.activeCell.cell, { row, col }),
  };
  return {
    ...view,
    ...views,
    view: 'stage',
    layout: at,
    first,
    inChannels: inputs,
    question,
    rows: makeChannelRows(at, first, inputs, position, subject),
    target,
    total: totalOf(at, subject, first, inputs),
    window:
      position.slide < 1 && position.window > 0
        ? slidingWindow(summary, taps, position, width, target)
        : target,
    step: shown,
    printed: shown && printStep(shown, model, position.outChannel, inputs, at, previous),
    row,
    col,
    placedCount: Math.min(position.window + (position.place === 1 ? 1 : 0), height * width),
    moment: Object.values(position).join(),
    stands: finishedKey(position),
    staticKey: [
      summary.id,
      position.outChannel,
      first,
      view.turn,
      view.theme,
      view.tinted,
      view.width,
      view.height,
      view.ratio,
      view.outputMax,
      views.inputView.x,
      views.inputView.y,
      views.inputView.cell,
      views.outputView.cell,
    ].join(),
  };
}

/** What of a position has come to stand, and what has begun to move. */
function finishedKey({ products, ...rest }: Position) {
  const steps = Object.values(rest).map((share) => (Number.isInteger(Number(share)) ? share : 'moves'));
  return [Math.floor(products), Math.ceil(products), ...steps].join();
}

/**
 * Where the output's value comes together: beside the last running sum in sight, or, in pooling, the one box.
 */
function totalOf(at: StageLayout, subject: LayoutInput, first: number, inputs: number[]) {
  const slot = Math.min(Math.max((inputs.at(-1) ?? 0) - first, 0), at.visible - 1);
  return rectInSlot(
    at,
    subject.weighted ? at.total : at.sum,
    at.narrow && subject.weighted ? at.visible - 1 : slot,
  );
}

/** What of the grids is in sight; while time runs the cells at work stay so. */
export function gridViewsOf(
  { model, zoom, following }: StageRequest,
  at: StageLayout,
  input: KernelWindow,
  output: KernelWindow,
) {
  const { plane, output: size } = model.subject;
  const part = (
    place: Rect,
    cell: number,
    rows: number,
    cols: number,
    wish: Zoom,
    need: [number, number, number, number],
  ) => {
    const wished = viewIn(place, cell, rows, cols, wish);
    return following && wish.scale > 1
      ? viewIn(place, cell, rows, cols, panToShow(place, wished, wish, ...need))
      : wished;
  };
  const ends = (line: number[]) => {
    const found = line.filter(Number.isFinite);
    return (found.length ? [Math.min(...found), Math.max(...found) + 1] : [0, 1]) as [number, number];
  };
  return {
    inputView: part(at.input, at.cell, plane.rows, plane.cols, zoom.input, [
      ...ends(input.rows),
      ...ends(input.cols),
    ]),
    outputView: part(at.output, at.outputCell, size[0], size[1], zoom.output, [
      ...ends(output.rows),
      ...ends(output.cols),
    ]),
  };
}

/** The layout of the frame before, where the scene and the size are the same. */
export function reuseLayout({ model, width, height }: StageRequest, previous: StageFrame | null) {
  const same = previous?.model === model && previous.width === width && previous.height === height;
  return same ? previous.layout : null;
}

/** The first visible channel: where the reader scrolled to, or the screenful of the channel at work. */
export function firstVisibleChannel(
  at: StageLayout,
  channels: number,
  inputs: number[],
  position: Position,
  scroll: number | null,
) {
  const most = channels - at.visible;
  if (most <= 0) return 0;
  if (scroll !== null) return Math.min(Math.max(scroll, 0), most);
  const working =
    inputs[Math.min(Math.max(position.active, position.channels - 1, 0), inputs.length - 1)] ?? 0;
  const screen =
    position.together || working === 0 ? (inputs[0] ?? 0) : Math.floor(working / at.visible) * at.visible;
  return Math.min(screen, most);
}

export function makeChannelRows(
  at: StageLayout,
  first: number,
  inputs: number[],
  position: Position,
  subject: LayoutInput,
): ChannelRow[] {
  const taps = subject.kernel[0] * subject.kernel[1];
  return Array.from({ length: at.visible }, (_, slot) => {
    const channel = first + slot;
    const index = channel - (inputs[0] ?? 0);
    const inGroup = index >= 0 && index < inputs.length;
    const done = inGroup && index < position.channels;
    const working = inGroup && !done && (position.active === -1 || position.active === index);
    return {
      slot,
      channel,
      index: inGroup ? index : -1,
      active: inGroup && position.active === index,
      products: done ? taps : working ? position.products : 0,
      sum: done ? 1 : working ? position.sum : 0,
      accumulate: done ? 1 : working ? position.accumulate : 0,
    };
  });
}

function slidingWindow(
  summary: SceneSummary,
  taps: TapTable,
  position: Position,
  width: number,
  target: KernelWindow,
) {
  const from = position.window - 1;
  return interpolateWindows(
    windowAt(summary, taps, Math.floor(from / width), from % width),
    target,
    easeInOut(position.slide),
  );
}

/** Whether what has come so far, 0 … 1, stays so for a while. */
export function isAtRest(share: number) {
  return share === 0 || share === 1;
}

/** The step with as many decimals as the cells have room for. */
function printStep(
  step: Step,
  model: SceneModel,
  o: number,
  inputs: number[],
  at: StageLayout,
  previous: StageFrame | null,
): Ledger {
  if (previous?.printed && previous.step === step && previous.layout === at) return previous.printed;
  const layer = ledgerLayerOf(model, o, inputs);
  const values = step.products;
  const sums = [step.output, layer.bias, ...step.channelSums, ...step.runningSums];
  // Terms with decimals may well have a whole sum, which is then written like them.
  const readable = at.kernelCell >= READABLE_CELL;
  const wanted = decimalsFor(readable ? [...values, ...sums] : sums, 4);
  const room = readable ? decimalsThatFit(values, charactersIn(at.kernelCell), wanted) : wanted;
  return makeLedger(step, layer, decimalsThatFit(sums, Math.floor(at.sum.width / 9), room));
}

/** What the ledger asks of a layer. */
export function ledgerLayerOf({ summary, weight, bias }: SceneModel, o: number, inputs: number[]) {
  const kW = kernelSize(summary)[1];
  return {
    outChannel: o,
    inChannels: inputs,
    bias: bias[o] ?? 0,
    weight: (c: number, u: number, v: number) =>
      weight ? (weight.data[weightOffset(summary, o, inputs[c] ?? 0) + u * kW + v] ?? 0) : null,
  };
}
