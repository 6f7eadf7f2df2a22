/**
 * The gradient to the input as a matrix product: contributions = Kᵀ @ dY, a row for each kernel cell of each
 * input channel and a column for each window; what a window gives to a cell that it read. A cell of the
 * gradient is the sum of the contributions to it. Pure.
 */

import { formatIndex } from '../../model/dimensions.ts';
import { outputChannelsOf } from '../../model/gradients/direction.ts';
import type { GradientMoment } from '../../model/gradients/moment.ts';
import type { Translate } from '../../model/i18n.ts';
import type { Ledger } from '../../model/ledger.ts';
import { apportionRounding, ledgerLayerOf, makeLedger } from '../../model/ledger.ts';
import { joinSigned } from '../../model/ledger_text.ts';
import { formatNumber, parsePrinted } from '../../model/numbers.ts';
import { findReachedOutputs } from '../../model/relations.ts';
import type { SceneModel } from '../../model/scene_model.ts';
import type { Step } from '../../model/step.ts';
import type { Position } from '../../model/timeline.ts';
import type { AppliedStamp } from '../../model/types.ts';
import { makeOutputAxis, makeTapAxis, makeWindowAxis } from '../matrix/axes.ts';
import { kernelValues } from '../matrix/frame.ts';
import type { Range } from '../matrix/layout.ts';
import type { MatrixProduct } from '../matrix/product.ts';
import { makeProduct } from '../matrix/product.ts';
import type { ProductFrame } from '../matrix/product_frame.ts';
import { placeProduct } from '../matrix/product_frame.ts';
import type { PaneValues } from '../shared/matrix_painting.ts';
import { visibleCells } from '../shared/matrix_viewport.ts';
import type { FrameRequest } from '../shared/view.ts';
import { makeStaticKey } from '../shared/view.ts';
import { findContributionHighlights } from './matrix_input_cells.ts';
import type { Entry } from './matrix_input_values.ts';
import { contributionAt, contributionValues, planeValues, targetsOf } from './matrix_input_values.ts';
import { upstreamValues } from './matrix_sum.ts';

export interface MatrixInputInner extends Omit<ProductFrame, 'step' | 'stamp'> {
  view: 'matrix';
  moment: GradientMoment;
  unrolled: MatrixProduct;
  step: Step | null;
  stamp: AppliedStamp | null;
  ledger: Ledger | null;
  /** The contributions at work: those to one cell, or of one window to an input channel. */
  entries: Entry[];
  /** Of the gradient's plane. */
  plane: PaneValues;
  /** The cell of its channel's plane that a contribution goes to, -1: to padding or a hole. */
  targetOf: (k: number, n: number) => number;
  lines: string[];
}

/** Terms that are written at most. */
const MOST_TERMS = 16;

/** layer: the model of the layer that the gradient is. */
export function makeMatrixInput(
  request: FrameRequest,
  moment: GradientMoment,
  layer: SceneModel,
  previous: MatrixInputInner | null,
): MatrixInputInner {
  const { model, position, t } = request;
  const { input, weight, output } = model.summary.shapes;
  const channel = position.outChannel;
  const unrolled = makeProduct(model, outputChannelsOf(model.summary, channel)[0] ?? 0);
  const { outputs, windows, depth } = unrolled;
  const entries = entriesAtWork(model, unrolled, moment, position);
  const [first] = entries;
  const { scrolled, ...placed } = placeProduct(
    request,
    { rows: depth, depth: outputs.length, cols: windows, folded: [input[1], input[2]] },
    {
      key: ['matrix', 'input', input, weight, output].join('/'),
      needed: {
        row: rangeOf(entries.map(({ k }) => k)) ?? unrolled.inputs.indexOf(channel) * unrolled.taps,
        depth: Math.max(position.active, 0),
        col: rangeOf(nearWindows(entries, unrolled)) ?? 0,
        ...planeCell(model, moment, position),
      },
      findHighlights: (cell) => findContributionHighlights(model, unrolled, cell, { channel }),
    },
  );
  const { cell, viewportKey } = placed;
  const step = moment.step?.index === position.window ? moment.step : null;
  const stamp = moment.stamp?.stamp.index === position.window ? moment.stamp : null;
  const ledger = step && ledgerOf(step, layer, position, previous);
  const kernels = kernelValues(model, unrolled, cell);
  const placedCount = position.window + (position.place === 1 ? 1 : 0);
  const inner = { model, unrolled, moment, entries, position, step, ledger };
  return {
    ...request,
    ...placed,
    ...inner,
    view: 'matrix',
    stamp,
    texts: {
      left: t('gradient.matrix.kernel'),
      right: t('gradient.matrix.upstream'),
      products: '',
      product: t('gradient.matrix.contributions'),
      folded: `${t('gradient.matrix.input')}[${channel}]`,
      equals: '=',
    },
    axes: {
      row: makeTapAxis(model, unrolled, t),
      depth: makeOutputAxis(outputs, t),
      col: makeWindowAxis(model, t),
    },
    taps: 1,
    depth: outputs.length,
    row: first?.k ?? 0,
    col: first?.n ?? 0,
    left: { ...kernels, valueAt: (k, r) => kernels.valueAt(r, k) },
    right: upstreamValues(moment, outputs, windows, cell),
    product: contributionValues(request, moment, unrolled, { cell, at: first?.n ?? 0 }),
    rowData: null,
    terms: null,
    targetOf: targetsOf(model, unrolled),
    plane: planeValues(model, moment, stamp, position, cell),
    lines: linesOf(t, inner),
    placedCount,
    staticKey: makeStaticKey(
      request,
      ...['input', moment.reading, viewportKey, moment.upstreamMax, moment.planeMax],
      ...[moment.contributions?.loaded ?? 0, cell, ...scrolled],
    ),
  };
}

function ledgerOf(
  step: Step,
  layer: SceneModel,
  { outChannel }: Position,
  previous: MatrixInputInner | null,
) {
  if (previous?.step === step && previous.position.outChannel === outChannel) return previous.ledger;
  return makeLedger(step, ledgerLayerOf(layer, outChannel));
}

/** The windows at work in one row of the output: those of other rows are far. */
function nearWindows(entries: Entry[], { kW }: MatrixProduct) {
  const windows = entries.map(({ n }) => n);
  const first = Math.min(...windows);
  return windows.filter((n) => n - first < kW);
}

function rangeOf(values: number[]): Range | null {
  return values.length > 0 ? [Math.min(...values), Math.max(...values)] : null;
}

/** The contributions to the input cell at work, or those of the upstream cell at work. */
function entriesAtWork(
  model: SceneModel,
  unrolled: MatrixProduct,
  { reading }: GradientMoment,
  { outChannel, window }: Position,
): Entry[] {
  const { taps, kW, inputs, width } = unrolled;
  const first = inputs.indexOf(outChannel) * taps;
  if (reading === 'scatter') {
    const targetOf = targetsOf(model, unrolled);
    const rows = Array.from({ length: taps }, (_, tap) => ({ k: first + tap, n: window }));
    return rows.filter(({ k, n }) => targetOf(k, n) >= 0);
  }
  const inWidth = model.summary.shapes.input[2];
  return findReachedOutputs(model, Math.floor(window / inWidth), window % inWidth).map(
    ({ row, col, u, v }) => ({ k: first + u * kW + v, n: row * width + col }),
  );
}

/** The cell of the plane that is to be in sight. */
function planeCell({ summary, taps }: SceneModel, { reading }: GradientMoment, { window }: Position) {
  const { input, output } = summary.shapes;
  if (reading === 'gather') return { i: Math.floor(window / input[2]), j: window % input[2] };
  const firstOf = (line: number[] = []) => Math.max(0, line.find((source) => source >= 0) ?? 0);
  return {
    i: firstOf(taps.rows[Math.floor(window / output[2])]),
    j: firstOf(taps.cols[window % output[2]]),
  };
}

type Summed = Pick<
  MatrixInputInner,
  'model' | 'unrolled' | 'moment' | 'entries' | 'position' | 'step' | 'ledger'
>;

/** What is added up, below the panes. */
function linesOf(t: Translate, inner: Summed): string[] {
  const { position, moment, ledger } = inner;
  if (position.place === 0) return [];
  const { outChannel, window } = position;
  if (moment.reading === 'scatter') {
    const { width } = inner.unrolled;
    const at = formatIndex('dY', inner.model.summary.dimensions, [
      ':',
      Math.floor(window / width),
      window % width,
    ]);
    return [t('gradient.matrix.stamp', { column: window, cell: at, channel: outChannel })];
  }
  if (!ledger) return [];
  const count = inner.entries.length;
  if (count === 0) return [t('gradient.forward.none', { cell: ledger.cell })];
  const sum = count === 1 ? ledger.output : foldedSum(inner);
  if (!sum) return [];
  return [
    t('gradient.matrix.fold', { cell: ledger.cell, count: inner.entries.length }),
    `${ledger.cell} = ${sum}`,
  ];
}

/** `3 + 4 − 1 = 6`: the contributions to the cell at work, if there are several, as they add up in print. */
export function foldedSum({ entries, ledger, ...inner }: Summed): string {
  if (!ledger || entries.length < 2) return '';
  const values = entries.map((entry) => contributionAt({ ...inner, stamp: null }, entry));
  if (values.some((value) => value === null)) return '';
  const total = parsePrinted(ledger.output);
  const printed = apportionRounding(values as number[], total, ledger.decimals).map((value) =>
    formatNumber(value, ledger.decimals),
  );
  const written = printed.length > MOST_TERMS ? [...printed.slice(0, MOST_TERMS - 1), '…'] : printed;
  return `${joinSigned(written)} = ${ledger.output}`;
}

/** Whether a frame of panes is one of contributions. */
export function isMatrixInput(frame: object): frame is MatrixInputInner {
  return 'entries' in frame;
}

/** Whether the contributions of every window to every input channel are loaded. */
export function hasAllContributions({ moment, unrolled }: MatrixInputInner): boolean {
  const windows = Array.from({ length: unrolled.windows }, (_, n) => n);
  return unrolled.inputs.every((channel) =>
    windows.every((n) => moment.contributions?.stampOf(channel, n) ?? false),
  );
}

/** The input channels and the windows whose contributions are in sight, the channel at work first. */
export function shownContributions({ panes, unrolled, position }: MatrixInputInner) {
  const { top, left, bottom, right } = visibleCells(panes.product);
  const { taps, inputs } = unrolled;
  const channels = inputs.slice(Math.floor(top / taps), Math.ceil(bottom / taps));
  const work = position.outChannel;
  return { channels: [work, ...channels.filter((channel) => channel !== work)], first: left, end: right };
}
