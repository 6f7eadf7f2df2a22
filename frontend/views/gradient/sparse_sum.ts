/**
 * The gradients to the weight and to the bias at the sparse matrix: a weight stands in it once for each
 * output cell that it helped to make, and each of its places gives dy[row] · x[column]. Pure.
 */

import { formatSumSentence, formatSumTerms } from '../../model/gradients/ledger.ts';
import type { GradientMoment } from '../../model/gradients/moment.ts';
import { joinSigned } from '../../model/ledger_text.ts';
import { fitMatrix } from '../shared/matrix_fit.ts';
import { makeBlock } from '../shared/matrix_viewport.ts';
import type { FrameRequest } from '../shared/view.ts';
import { makeStaticKey } from '../shared/view.ts';
import { makeBlocks, visibleOutputs } from '../sparse/entries.ts';
import type { SparseFrame, Strip } from '../sparse/frame.ts';
import { inputValues } from '../sparse/frame.ts';
import { placeGradientMatrix } from './sparse_cells.ts';
import type { SumMoment } from './sum_frame.ts';
import { makeSumMoment } from './sum_frame.ts';

export interface SparseSumFrame extends SumMoment {
  kind: 'sparseSum';
  inner: SparseFrame;
  layout: SparseFrame['layout'];
  staticKey: string;
}

/** Terms of an equation that are written at most. */
const MOST_TERMS = 12;

export function makeSparseSumFrame(
  request: FrameRequest,
  moment: GradientMoment,
  previous: SparseSumFrame | null,
): SparseSumFrame {
  const sum = makeSumMoment(request, moment, previous);
  const inner = makeInner(request, sum);
  return { ...sum, kind: 'sparseSum', inner, layout: inner.layout, staticKey: inner.staticKey };
}

/** Where a weight stands in the matrix: output cell and input cell. */
type Place = [r: number, c: number];

function makeInner(request: FrameRequest, sum: SumMoment): SparseFrame {
  const { model } = request;
  const { outChannel, inChannel: channel, moment } = sum;
  const toBias = moment.direction === 'bias';
  const first = toBias ? null : firstPlace(sum);
  const pair = { outChannel, channel };
  const { scrolled, upstream, ...placed } = placeGradientMatrix(request, moment, pair, {
    slices: toBias ? 1 : 2,
    needed: { r: first?.[0] ?? 0, c: first?.[1] ?? 0 },
  });
  const { cell, viewportKey } = placed;
  return {
    ...request,
    ...placed,
    ...pair,
    view: 'sparse',
    channelIndex: request.inChannel,
    names: { matrix: request.transposed ? 'Tᵀ' : 'T', input: 'X', output: 'dY' },
    strips: {
      input: { name: `${request.t('stage.input')}[${channel}]`, values: inputValues(model, channel, cell) },
      output: upstream,
    },
    filled: null,
    sliceGradient: toBias ? null : sliceOf(sum, placed.panes.gradient.size[0]),
    work: toBias ? biasWork(request) : weightWork(sum, visibleOutputs({ ...request, panes: placed.panes })),
    lines: linesOf(sum),
    placedCount: sum.placedCount,
    staticKey: makeStaticKey(
      request,
      ...[moment.direction, viewportKey, outChannel, channel, moment.upstreamMax, cell, ...scrolled],
    ),
  };
}

/** Where the weight at work stands in the row of output cell r, if it does. */
function placeAt({ model, row, col }: SumMoment, r: number): Place | null {
  const { shapes } = model.summary;
  const { rows, cols } = model.taps;
  const inputRow = rows[Math.floor(r / shapes.output[2])]?.[row] ?? -1;
  const inputCol = cols[r % shapes.output[2]]?.[col] ?? -1;
  return inputRow < 0 || inputCol < 0 ? null : [r, inputRow * shapes.input[2] + inputCol];
}

/** The places in the rows of the output cells from `first` to before `end`. */
function placesOf(sum: SumMoment, first: number, end: number): Place[] {
  const places: Place[] = [];
  for (let r = first; r < end; r++) {
    const place = placeAt(sum, r);
    if (place) places.push(place);
  }
  return places;
}

/** The first place in the row of the upstream that is at work, or in all of them. */
function firstPlace(sum: SumMoment): Place | null {
  const [, height, width] = sum.model.summary.shapes.output;
  const { active } = sum.position;
  const [atWork] = active < 0 ? [] : placesOf(sum, active * width, (active + 1) * width);
  if (atWork) return atWork;
  for (let r = 0; r < height * width; r++) {
    const place = placeAt(sum, r);
    if (place) return place;
  }
  return null;
}

/** The gradients of the slice, as far as they are made. */
function sliceOf({ gradients, placedCount, model, moment, t }: SumMoment, cell: number): Strip {
  const kW = model.subject.kernel[1];
  const cells = gradients ?? [];
  return {
    name: t('gradient.matrix.weight'),
    values: {
      valueAt: (u, v) => (u * kW + v < placedCount ? (cells[u * kW + v] ?? null) : null),
      max: moment.planeMax,
      fit: fitMatrix(cells, cell),
    },
  };
}

/** inSight: the first and one past the last output cell whose row is in sight. */
function weightWork(sum: SumMoment, [first = 0, end = 0]: number[]): SparseFrame['work'] {
  const { transposed, position, row, col, model } = sum;
  const blocks = makeBlocks(transposed);
  const width = model.summary.shapes.output[2];
  const places = placesOf(sum, first, end);
  const active = position.active * width;
  const atWork = position.active < 0 ? places : placesOf(sum, active, active + width);
  const cells = position.products > 0 ? atWork : [];
  return [
    ...places.map((place) => ({ block: blocks.entry(...place), opacity: 0.1 })),
    ...cells.flatMap(([r, c]) => [
      { block: blocks.entry(r, c), opacity: 0.25 },
      { block: blocks.output(r), opacity: 0.2 },
      { block: blocks.input(c), opacity: 0.2 },
    ]),
    { block: makeBlock('kernel', row, col), opacity: 0 },
    { block: makeBlock('gradient', row, col), opacity: 0 },
  ];
}

/** All of the upstream's channel. */
function biasWork({ transposed, model }: FrameRequest): SparseFrame['work'] {
  const [, height, width] = model.summary.shapes.output;
  const count = height * width;
  const block = transposed ? makeBlock('output', 0, 0, 1, count) : makeBlock('output', 0, 0, count, 1);
  return [{ block, opacity: 0.2 }];
}

/** The terms of the row at work, then what all add up to. */
function linesOf({ ledger, position, moment }: SumMoment): string[] {
  if (!ledger) return [];
  if (position.place > 0 || position.bias > 0 || moment.direction === 'bias')
    return [formatSumSentence(ledger)];
  const row = ledger.rows[position.active];
  if (row && position.products > 0) {
    const terms = formatSumTerms(ledger, row, MOST_TERMS);
    return [position.sum > 0 ? `${terms} = ${row.sum}` : terms];
  }
  return position.sum > 0 ? [joinSigned(ledger.rows.map(({ sum }) => sum).slice(0, MOST_TERMS))] : [];
}
