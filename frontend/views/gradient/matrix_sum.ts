/**
 * The gradients to the weight and to the bias as matrix products: dK = dY @ windowsᵀ, db = dY @ 1. Rows are
 * output channels, the columns of dK kernel cells of one input channel after the other. Pure.
 */

import { inputChannelsOf } from '../../model/geometry.ts';
import { makeBiasLedger, makeWeightLedger } from '../../model/gradients/ledger.ts';
import type { GradientMoment } from '../../model/gradients/moment.ts';
import { makeOutputAxis, makeTapAxis, makeWindowAxis } from '../matrix/axes.ts';
import { windowValues } from '../matrix/frame.ts';
import type { MatrixProduct } from '../matrix/product.ts';
import { makeProduct } from '../matrix/product.ts';
import type { ProductFrame, ProductTerms, ProductTexts } from '../matrix/product_frame.ts';
import { depthAtWork, placeProduct } from '../matrix/product_frame.ts';
import { fitMatrix, fitMatrixTensor, fitPrinted } from '../shared/matrix_fit.ts';
import type { PaneValues } from '../shared/matrix_painting.ts';
import type { FrameRequest } from '../shared/view.ts';
import { makeStaticKey } from '../shared/view.ts';
import { findSumHighlights } from './matrix_sum_cells.ts';
import type { SumMoment } from './sum_frame.ts';
import { makeSumMoment } from './sum_frame.ts';

/** The product: of a group's output channels, to the bias of all of them. */
export interface SumProduct {
  unrolled: MatrixProduct;
  rowChannels: number[];
  toBias: boolean;
}

export interface MatrixSumInner extends ProductFrame, SumProduct {
  view: 'matrix';
}

export interface MatrixSumFrame extends SumMoment {
  kind: 'matrixSum';
  inner: MatrixSumInner;
  layout: MatrixSumInner['layout'];
  staticKey: string;
}

export function makeMatrixSumFrame(
  request: FrameRequest,
  moment: GradientMoment,
  previous: MatrixSumFrame | null,
): MatrixSumFrame {
  const sum = makeSumMoment(request, moment, previous);
  const inner = makeInner(request, sum, productOf(sum));
  return { ...sum, kind: 'matrixSum', inner, layout: inner.layout, staticKey: inner.staticKey };
}

function productOf({ model, moment, outChannel }: SumMoment): SumProduct {
  const unrolled = makeProduct(model, outChannel);
  const toBias = moment.direction === 'bias';
  const rowChannels = toBias
    ? Array.from({ length: model.subject.outChannels }, (_, o) => o)
    : unrolled.outputs;
  return { unrolled, rowChannels, toBias };
}

/** The column of dK that a sum makes. */
function columnOf({ model, outChannel, inChannel, row, col }: SumMoment, { taps, kW }: MatrixProduct) {
  return inputChannelsOf(model.summary, outChannel).indexOf(inChannel) * taps + row * kW + col;
}

function makeInner(request: FrameRequest, sum: SumMoment, product: SumProduct): MatrixSumInner {
  const { position, model } = request;
  const { unrolled, rowChannels, toBias } = product;
  const { direction, upstreamMax, planes } = sum.moment;
  const { input, weight, output } = model.summary.shapes;
  const [row, col] = [rowChannels.indexOf(sum.outChannel), toBias ? 0 : columnOf(sum, unrolled)];
  const size = {
    rows: rowChannels.length,
    depth: unrolled.windows,
    cols: toBias ? 1 : unrolled.depth,
    folded: null,
  };
  const taps = toBias ? unrolled.windows : unrolled.width;
  const { scrolled, ...placed } = placeProduct(request, size, {
    key: ['matrix', direction, input, weight, output].join('/'),
    needed: { row, depth: depthAtWork(taps, unrolled.windows, position), col },
    findHighlights: (cell) => findSumHighlights(sum, product, cell, row, col),
  });
  const { cell, viewportKey } = placed;
  const windows = windowValues(model, unrolled, cell);
  const done = rowChannels.filter((o) => o < sum.outChannel && (toBias || planes.has(o))).length;
  return {
    ...request,
    ...placed,
    ...product,
    view: 'matrix',
    texts: textsOf(request, product),
    axes: {
      row: makeOutputAxis(rowChannels, request.t),
      depth: makeWindowAxis(model, request.t),
      col: toBias ? null : makeTapAxis(model, unrolled, request.t),
    },
    taps,
    depth: unrolled.windows,
    row,
    col,
    left: upstreamValues(sum.moment, rowChannels, unrolled.windows, cell),
    right: toBias
      ? { valueAt: () => 1, max: 1, fit: fitMatrix([1], cell) }
      : { ...windows, valueAt: (n, k) => windows.valueAt(k, n) },
    product: gradientValues(sum, product, cell),
    rowData: toBias
      ? (sum.gradients?.subarray(row, row + 1) ?? null)
      : (planes.get(sum.outChannel)?.data ?? null),
    terms: termsOf(sum, unrolled, cell),
    placedCount: col + (position.place === 1 ? 1 : 0),
    staticKey: makeStaticKey(request, direction, viewportKey, upstreamMax, done, cell, ...scrolled),
  };
}

function textsOf({ t }: FrameRequest, { toBias }: SumProduct): ProductTexts {
  return {
    left: t('gradient.matrix.upstream'),
    right: toBias ? t('gradient.matrix.ones') : t('gradient.matrix.windows'),
    products: t('matrix.products'),
    product: t(toBias ? 'gradient.matrix.bias' : 'gradient.matrix.weight'),
    folded: '',
    equals: 'Σ =',
  };
}

/** The upstream of output channels, a row each. */
export function upstreamValues(
  { upstream, upstreamMax }: GradientMoment,
  rowChannels: number[],
  windows: number,
  cell: number,
): PaneValues {
  return {
    valueAt: (r, n) => upstream.data[(rowChannels[r] ?? 0) * windows + n] ?? 0,
    max: upstreamMax,
    fit: fitMatrixTensor(upstream.data, -upstreamMax, upstreamMax, cell),
  };
}

/** Rows that are done. */
function gradientValues(
  { moment, outChannel }: SumMoment,
  { rowChannels, toBias }: SumProduct,
  cell: number,
): PaneValues {
  const { planes, planeMax, biasGradient } = moment;
  const data = toBias ? (biasGradient ?? []) : (planes.get(outChannel)?.data ?? []);
  const max = toBias ? Math.max(0, ...[...(biasGradient ?? [])].map(Math.abs)) : planeMax;
  return {
    valueAt: (r, k) => {
      const o = rowChannels[r] ?? 0;
      if (o >= outChannel) return null;
      return (toBias ? biasGradient?.[o] : planes.get(o)?.data[k]) ?? null;
    },
    max,
    fit: fitMatrix([max, -max, ...data.slice(0, 1024)], cell),
  };
}

/** Prints the terms with as many decimals as a cell has room for. */
function termsOf(sum: SumMoment, { width }: MatrixProduct, cell: number): ProductTerms | null {
  const { weightStep, ledger, moment, plane, outChannel, model } = sum;
  if (!ledger) return null;
  const values = weightStep?.products ?? plane;
  const { decimals } = fitMatrix(values, cell);
  const gradient = weightStep?.gradient ?? moment.biasGradient?.[outChannel] ?? 0;
  const { rows, total } = weightStep
    ? makeWeightLedger(weightStep, '', plane, width, decimals)
    : makeBiasLedger(gradient, '', plane, decimals);
  const ofRow = new Map<number, string[]>();
  const textOf = (k: number) => {
    const index = weightStep ? Math.floor(k / width) : 0;
    const texts = ofRow.get(index) ?? rows[index]?.terms.map(({ product }) => product) ?? [];
    ofRow.set(index, texts);
    return texts[weightStep ? k % width : k] ?? '';
  };
  const max = weightStep ? moment.upstreamMax * model.inputMax : moment.upstreamMax;
  const fit = fitPrinted([...values, gradient], cell, decimals);
  return { values, textOf, max, fit, result: { value: gradient, text: total } };
}
