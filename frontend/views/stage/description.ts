/** A step as a sentence and as a table. Pure. */

import type { Translate } from '../../model/i18n.ts';
import type { Ledger, LedgerLine } from '../../model/ledger.ts';
import {
  formatLineTerms,
  formatSentence,
  formatSums,
  joinSigned,
  splitSentence,
} from '../../model/ledger_text.ts';
import type { Position } from '../../model/timeline.ts';
import type { DescribedRow, DescribedText, Description, RowRange } from '../shared/description.ts';
import { makeRows } from '../shared/description.ts';
import type { MomentLayer } from './moment.ts';
import { describeMoment } from './moment.ts';

/** With more terms the sentence has channel sums only, with more sums not all of them. */
const MAX_TERMS = 28;
const MAX_SUMS = 16;

const HEADINGS = ['ledger.channel', 'ledger.terms', 'ledger.sum', 'ledger.running'];
const MAX_HEADINGS = ['ledger.channel', 'stage.values', 'stage.max'];
const MEAN_HEADINGS = ['ledger.channel', 'stage.terms', 'stage.mean'];

export function describeStep(
  t: Translate,
  ledger: Ledger,
  position: Position,
  layer: MomentLayer,
): Description {
  const { text, terms } = describeMoment(t, ledger, position, layer);
  const line = position.active >= 0 ? position.active : position.channels - 1;
  const poolingHeadings = ledger.largest ? MAX_HEADINGS : MEAN_HEADINGS;
  return {
    key: ledger.cell,
    moment: text,
    terms,
    sentence: () => describeSums(ledger),
    parts: () => splitDescription(ledger),
    headings: isPooling(ledger) ? poolingHeadings : HEADINGS,
    rows: (range) => describeLines(t, ledger, range),
    workingLine: Math.min(line, ledger.lines.length - 1),
    activeLine: position.active,
  };
}

function isPooling({ lines }: Ledger) {
  return lines[0]?.terms[0]?.w === '';
}

/** Whether the sentence has all terms. */
function isShort(ledger: Ledger) {
  const termCount = ledger.lines.reduce((count, { terms }) => count + terms.length, 0);
  return isPooling(ledger) || (ledger.whole && termCount <= MAX_TERMS);
}

function describeSums(ledger: Ledger) {
  const { cell, lines, bias, output } = ledger;
  if (isShort(ledger)) return formatSentence(ledger);
  if (lines.length <= MAX_SUMS) return `${cell} = ${formatSums(ledger)}`;
  const sums = lines.map(({ sum }) => sum);
  const some = [...sums.slice(0, MAX_SUMS / 2), '…', ...sums.slice(-2), ...(bias ? [bias] : [])];
  return `${cell} = ${joinSigned(some)} = ${output}`;
}

function splitDescription(ledger: Ledger): (string | DescribedText)[] {
  if (!isShort(ledger)) return [describeSums(ledger)];
  return splitSentence(ledger).map((part) => (typeof part === 'string' ? part : describeTerms(ledger, part)));
}

function describeTerms(ledger: Ledger, line: LedgerLine): DescribedText {
  return { text: formatLineTerms(ledger, line), kind: 'terms', grid: 'tap', channel: line.channel };
}

/** The channels that have no row of their own, and their running sum. */
export function describeSkipped(t: Translate, from: LedgerLine, to: LedgerLine): DescribedRow {
  return {
    heading: `${from.channel}–${to.channel}`,
    cells: [{ text: t('ledger.skipped') }, { text: '' }, { text: to.running, kind: 'number' }],
  };
}

function describeLines(t: Translate, ledger: Ledger, range: RowRange): DescribedRow[] {
  const number = (text: string, grid: DescribedText['grid'], channel: number): DescribedText => {
    return { text, kind: 'number', grid, channel };
  };
  const makeRow = (line: LedgerLine) => {
    const cells = [describeTerms(ledger, line), number(line.sum, 'sum', line.channel)];
    if (!isPooling(ledger)) cells.push(number(line.running, 'running', line.channel));
    return { heading: String(line.channel), cells };
  };
  const rows = makeRows(ledger.lines, range, makeRow, (from, to) => describeSkipped(t, from, to));
  if (isPooling(ledger)) return rows;
  const bias = { text: ledger.bias && joinSigned(['', ledger.bias]).trim() };
  const total = number(ledger.output, 'total', ledger.lines.at(-1)?.channel ?? 0);
  const heading = ledger.bias ? t('ledger.bias') : ledger.cell;
  return [...rows, { heading, cells: [bias, { text: '' }, total], total: true }];
}
