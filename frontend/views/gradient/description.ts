/** A moment of a gradient in words and as a table, and which forward terms it comes from. Pure. */

import { formatIndex } from '../../model/dimensions.ts';
import { weightIndex, weightOffset } from '../../model/geometry.ts';
import { outputChannelsOf } from '../../model/gradients/direction.ts';
import type { SumLedger, SumRow } from '../../model/gradients/ledger.ts';
import { formatSumSentence, formatSumTerms } from '../../model/gradients/ledger.ts';
import type { Translate } from '../../model/i18n.ts';
import type { Ledger, LedgerLine } from '../../model/ledger.ts';
import { ledgerLayerOf } from '../../model/ledger.ts';
import {
  formatLine,
  formatLineTerms,
  formatSentence,
  formatSums,
  joinSigned,
} from '../../model/ledger_text.ts';
import { formatFactor } from '../../model/numbers.ts';
import type { SceneModel } from '../../model/scene_model.ts';
import { makeStampLedger } from '../../model/stamp_ledger.ts';
import { describeStamp } from '../scatter/description.ts';
import type { DescribedRow, Description, RowRange } from '../shared/description.ts';
import { makeRows } from '../shared/description.ts';
import { describeSkipped } from '../stage/description.ts';
import { productAtWork } from '../stage/moment.ts';
import type { AnySumFrame, GatherFrame, GradientFrame, GradientScatterFrame } from './frame.ts';
import { foldedSum } from './matrix_input.ts';

/** Terms that a line says at most, forward terms, terms of a whole sentence. */
const MAX_TERMS = 9;
const MAX_FORWARD = 3;
const MAX_SENTENCE = 28;

export function describe(t: Translate, frame: GradientFrame): Description | null {
  if (frame.kind === 'gather') return describeGather(t, frame);
  return frame.kind === 'scatter' ? describeScatter(t, frame) : describeSum(t, frame);
}

function describeGather(t: Translate, frame: GatherFrame): Description | null {
  const { ledger, position } = frame.inner;
  if (!ledger) return null;
  const [row, col] = inputCellOf(frame);
  const { active, channels } = position;
  const line = active >= 0 ? active : channels - 1;
  const sentence = () => formatWhole(ledger);
  const moment = gatherMoment(t, frame, ledger);
  return {
    // Each view lists the products in the order in which it shows them.
    key: `gather ${frame.inner.view} ${ledger.cell}`,
    moment: moment.text,
    terms: moment.terms,
    sentence: () => `${sentence()}. ${forwardTerms(t, frame.model, [position.outChannel, row, col])}`,
    parts: () => [sentence()],
    headings: ['gradient.ledger.output', 'ledger.terms', 'ledger.sum', 'ledger.running'],
    rows: (range) => [...gatherRows(t, ledger, range), totalRow(ledger.cell, ledger.output, 2)],
    workingLine: line,
    activeLine: active,
  };
}

/** The row and the column of the input cell at work. */
export function inputCellOf({ model, position }: GatherFrame): [row: number, col: number] {
  const [, , width] = model.summary.shapes.input;
  return [Math.floor(position.window / width), position.window % width];
}

function formatWhole(ledger: Ledger) {
  const terms = ledger.lines.reduce((count, line) => count + line.terms.length, 0);
  if (terms <= MAX_SENTENCE) return formatSentence(ledger);
  return `${ledger.cell} = ${formatSums(ledger)}`;
}

function gatherRows(t: Translate, ledger: Ledger, range: RowRange): DescribedRow[] {
  const makeRow = (line: LedgerLine): DescribedRow => ({
    heading: String(line.channel),
    cells: [
      { text: formatLineTerms(ledger, line), kind: 'terms' },
      { text: line.sum, kind: 'number' },
      { text: line.running, kind: 'number' },
    ],
  });
  return makeRows(ledger.lines, range, makeRow, (from, to) => describeSkipped(t, from, to));
}

/** between: cells between the name and the number. */
function totalRow(cell: string, total: string, between: number): DescribedRow {
  const empty = Array.from({ length: between }, () => ({ text: '' }));
  return { heading: cell, cells: [...empty, { text: total, kind: 'number' }], total: true };
}

interface Moment {
  text: string;
  terms: string;
}

function gatherMoment(t: Translate, frame: GatherFrame, ledger: Ledger): Moment {
  const { model } = frame;
  const { position } = frame.inner;
  const [row, col] = inputCellOf(frame);
  const { cell, output } = ledger;
  const [only] = ledger.lines;
  const isShort = !model.weight || (ledger.lines.length === 1 && (only?.terms.length ?? 0) <= MAX_TERMS);
  const sums = only && isShort ? `${formatLineTerms(ledger, only)} = ${output}` : formatSums(ledger);
  if (position.place > 0) {
    const folded = frame.inner.view === 'matrix' ? foldedSum(frame.inner) : '';
    return { text: t('gradient.now.place', { cell, total: output }), terms: folded || sums };
  }
  const line = ledger.lines[position.active];
  const forward = forwardTerms(t, model, [position.outChannel, row, col]);
  if (position.slide < 1 || !line) return { text: forward, terms: position.sum > 0 ? sums : '' };
  return lineMoment(t, ledger, line, frame);
}

function lineMoment(t: Translate, ledger: Ledger, line: LedgerLine, { inner, model }: GatherFrame): Moment {
  const { position } = inner;
  const { channel, sum, running } = line;
  if (position.accumulate > 0) {
    const before = ledger.lines[position.active - 1]?.running;
    const terms = before === undefined ? '' : `${joinSigned([before, sum])} = ${running}`;
    return { text: t('gradient.now.accumulate', { channel, sum, running }), terms };
  }
  const written = line.terms.length <= MAX_TERMS ? formatLine(line, ledger.whole) : '';
  if (position.sum > 0)
    return { text: t('gradient.now.sum', { channel, sum }), terms: written && `${written} = ${sum}` };
  if (inner.granularity === 'product' && model.weight) {
    const { index, text } = productAtWork(line.terms, position.products, ledger.whole);
    return { text: t('gradient.now.product', { channel, index, count: line.terms.length }), terms: text };
  }
  const key = model.weight ? 'gradient.now.multiply' : `gradient.now.${model.summary.operation.kind}`;
  return { text: t(key, { channel }), terms: written };
}

/** Which terms of which outputs an input cell stood in. */
export function forwardTerms(t: Translate, model: SceneModel, [c, row, col]: [number, number, number]) {
  const [rows, cols] = [model.inverseRows[row] ?? [], model.inverseCols[col] ?? []];
  const outputs = outputChannelsOf(model.summary, c);
  const count = rows.length * cols.length * outputs.length;
  const { dimensions } = model.summary;
  const cell = formatIndex('X', dimensions, [c, row, col]);
  if (count === 0) return t('gradient.forward.none', { cell });
  const terms = outputs.flatMap((o) => rows.flatMap(([i, u]) => cols.map(([j, v]) => ({ o, i, j, u, v }))));
  const texts = terms.slice(0, MAX_FORWARD).map(({ o, i, j, u, v }) => {
    const output = formatIndex('Y', dimensions, [o, i, j]);
    if (!model.weight) return output;
    const value = formatFactor(weightAt(model, o, c, u, v));
    const name = formatIndex('K', dimensions, [...weightIndex(model.summary, o, c), u, v]);
    return `${output} (× ${name} = ${value})`;
  });
  if (count > MAX_FORWARD) texts.push('…');
  const key = model.weight ? 'gradient.forward' : 'gradient.forward.pooled';
  return t(key, { cell, count, terms: texts.join(t('list.comma')) });
}

function weightAt({ weight, summary, subject }: SceneModel, o: number, c: number, u: number, v: number) {
  return weight?.data[weightOffset(summary, o, c) + u * subject.kernel[1] + v] ?? 0;
}

/** The stamp as it is printed; null while it is on its way. */
export function stampLedgerOf({ inner: { stamp, position }, layer, moment }: GradientScatterFrame) {
  if (!stamp || !moment.stamp) return null;
  const { shapes } = layer.summary;
  const given = { ...ledgerLayerOf(layer, position.outChannel), width: shapes.output[2], from: 'dY' };
  return makeStampLedger(moment.stamp, given);
}

function describeScatter(t: Translate, frame: GradientScatterFrame): Description | null {
  const ledger = stampLedgerOf(frame);
  if (!ledger) return null;
  const { cell, values } = ledger;
  return {
    ...describeStamp(t, ledger, frame.inner.position),
    key: `scatter ${cell}`,
    moment: scatterMoment(t, frame, cell, values),
    headings: ['gradient.ledger.cell', 'ledger.stamp', 'ledger.adds', 'ledger.now'],
  };
}

function scatterMoment(t: Translate, { inner, model }: GradientScatterFrame, cell: string, values: string) {
  const { position } = inner;
  if (position.place > 0) return t('gradient.scatter.place', { cell });
  const { kind } = model.summary.operation;
  const key = model.weight ? 'gradient.scatter.multiply' : `gradient.scatter.${kind}`;
  return t(position.slide < 1 ? 'gradient.scatter.slide' : key, { cell, values });
}

function describeSum(t: Translate, frame: AnySumFrame): Description | null {
  const { ledger, position } = frame;
  if (!ledger) return null;
  const { active } = position;
  const moment = sumMoment(t, frame);
  const ofChannel = ledger.alone || frame.model.summary.dimensions === 1;
  const heading = ofChannel ? 'gradient.ledger.output' : 'gradient.ledger.row';
  return {
    key: `${frame.kind} ${ledger.cell}`,
    moment: moment.text,
    terms: moment.terms,
    sentence: () => formatSumSentence(ledger),
    parts: () => [formatSumSentence(ledger)],
    headings: [heading, 'ledger.terms', 'ledger.sum'],
    rows: (range) => [
      ...makeRows(
        ledger.rows,
        range,
        (row) => ({
          heading: String(ofChannel ? frame.outChannel : row.row),
          cells: [
            { text: formatSumTerms(ledger, row), kind: 'terms' },
            { text: row.sum, kind: 'number' },
          ],
        }),
        (from, to) => ({ heading: `${from.row}–${to.row}`, cells: [{ text: t('ledger.skipped') }] }),
      ),
      totalRow(ledger.cell, ledger.total, 1),
    ],
    workingLine: active,
    activeLine: active,
  };
}

function sumMoment(t: Translate, frame: AnySumFrame): Moment {
  const { ledger, position, outChannel, inChannel } = frame;
  if (!ledger) return { text: '', terms: '' };
  const { cell, total } = ledger;
  const names = { cell, total, output: outChannel, input: inChannel };
  if (ledger.alone) {
    const isSummed = position.sum > 0 || position.place > 0;
    const terms = ledger.rows.map((row) => formatSumTerms(ledger, row)).join('');
    return {
      text: t(isSummed ? 'gradient.bias.sum' : 'gradient.bias.add', names),
      terms: isSummed ? `${terms} = ${total}` : terms,
    };
  }
  if (frame.model.summary.dimensions === 1) return signalMoment(t, frame, ledger, names);
  const sums =
    ledger.rows.length <= MAX_TERMS ? `${joinSigned(ledger.rows.map(({ sum }) => sum))} = ${total}` : '';
  if (position.place > 0 || position.bias > 0)
    return { text: t('gradient.weight.place', names), terms: sums };
  if (position.slide < 1) return { text: t('gradient.weight.slide', weightName(frame)), terms: '' };
  const row = ledger.rows[position.active];
  if (!row) return { text: t('gradient.weight.all', names), terms: position.sum > 0 ? sums : '' };
  if (position.sum === 0 && frame.granularity === 'product')
    return productMoment(t, frame, ledger, row, 'gradient.weight.product');
  const terms = formatSumTerms(ledger, row, MAX_TERMS);
  const key = position.sum > 0 ? 'gradient.weight.row.sum' : 'gradient.weight.row';
  return {
    text: t(key, { row: row.row, sum: row.sum }),
    terms: position.sum > 0 ? `${terms} = ${row.sum}` : terms,
  };
}

function productMoment(
  t: Translate,
  { position }: AnySumFrame,
  { whole }: SumLedger,
  { row, terms }: SumRow,
  key: string,
): Moment {
  const { index, text } = productAtWork(terms, position.products, whole);
  return { text: t(key, { row, index, count: terms.length }), terms: text };
}

/** Of signals there is one row, and nothing to say of it. */
function signalMoment(
  t: Translate,
  frame: AnySumFrame,
  ledger: SumLedger,
  names: Record<string, string | number>,
): Moment {
  const { position } = frame;
  if (position.slide < 1) return { text: t('gradient.weight.slide', weightName(frame)), terms: '' };
  const [row] = ledger.rows;
  const terms = row ? formatSumTerms(ledger, row, MAX_TERMS) : '';
  const multiplies = position.sum === 0 && position.place === 0 && position.bias === 0;
  if (multiplies && row && frame.granularity === 'product')
    return productMoment(t, frame, ledger, row, 'gradient.weight.product.signal');
  if (multiplies) return { text: t('gradient.weight.all', names), terms };
  return { text: t('gradient.weight.place.signal', names), terms: `${terms} = ${ledger.total}` };
}

/** The weight whose forward terms are looked at, and how many there are. */
function weightName({ model, outChannel, inChannel, row, col, lattice }: AnySumFrame) {
  const count = (line: number[]) => line.filter(Number.isFinite).length;
  return {
    weight: formatIndex('K', model.summary.dimensions, [
      ...weightIndex(model.summary, outChannel, inChannel),
      row,
      col,
    ]),
    count: count(lattice.rows) * count(lattice.cols),
    output: outChannel,
    input: inChannel,
  };
}
