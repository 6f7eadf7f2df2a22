/**
 * The gradients to the weight and to the bias at the sparse matrix: a weight stands in it once for each
 * output cell that it helped to make, and each of its places gives dy[row] · x[column]. Pure.
 */

import { formatSumSentence, formatSumTerms } from '../../model/gradient_ledger.ts';
import type { GradientMoment } from '../../model/gradient_moment.ts';
import { joinSigned } from '../../model/ledger_text.ts';
import { makeBlock } from '../shared/matrix_viewport.ts';
import { charactersIn, decimalsThatFit } from '../shared/text_fit.ts';
import type { FrameRequest } from '../shared/view.ts';
import { makeStaticKey } from '../shared/view.ts';
import type { SparseEntry } from '../sparse/entries.ts';
import { makeBlocks, rowEntries } from '../sparse/entries.ts';
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
  const width = model.summary.shapes.output[2];
  const places = toBias ? [] : placesOf(sum);
  const active = places.filter(([r]) => Math.floor(r / width) === sum.position.active);
  const [first] = active.length ? active : places;
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
    work: toBias ? biasWork(request) : weightWork(sum, places, active),
    lines: linesOf(sum),
    placedCount: sum.placedCount,
    staticKey: makeStaticKey(
      request,
      ...[moment.direction, viewportKey, outChannel, channel, moment.upstreamMax, cell, ...scrolled],
    ),
  };
}

/** Where the weight at work stands. */
function placesOf({ model, row, col }: SumMoment): Place[] {
  const [, height, width] = model.summary.shapes.output;
  const isWeight = ({ u, v }: SparseEntry) => u === row && v === col;
  return Array.from({ length: height * width }, (_, r) => r).flatMap((r) =>
    rowEntries(model, r)
      .filter(isWeight)
      .map(({ col: c }): Place => [r, c]),
  );
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
      decimals: decimalsThatFit(cells, charactersIn(cell)),
    },
  };
}

function weightWork(
  { transposed, position, row, col }: SumMoment,
  places: Place[],
  active: Place[],
): SparseFrame['work'] {
  const blocks = makeBlocks(transposed);
  const all = position.active < 0 && position.products > 0;
  const cells = all ? places : position.products > 0 ? active : [];
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
