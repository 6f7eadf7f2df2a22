/** What happens at one time of a step, in words and with the terms at work. Pure. */

import { textKey } from '../../model/dimensions.ts';
import type { Translate } from '../../model/i18n.ts';
import type { Ledger, LedgerLine, LedgerTerm } from '../../model/ledger.ts';
import {
  formatLine,
  formatLineTerms,
  formatProduct,
  formatSums,
  formatTerm,
  joinSigned,
} from '../../model/ledger_text.ts';
import type { Position } from '../../model/timeline.ts';
import type { Granularity, SceneSummary } from '../../model/types.ts';

/** The most terms that stand in one line. */
const MAX_TERMS = 12;

export interface Moment {
  text: string;
  /** As a sum, or nothing. */
  terms: string;
}

export interface MomentLayer {
  summary: SceneSummary;
  granularity: Granularity;
}

export function describeMoment(t: Translate, ledger: Ledger, position: Position, layer: MomentLayer): Moment {
  const { cell, bias, output } = ledger;
  const pooling = isPooling(ledger);
  // A layer without a bias has nothing to add to the sums.
  if (position.place > 0 || (position.bias > 0 && !bias && !pooling)) {
    const key = bias && !pooling ? 'now.place.bias' : 'now.place';
    return { text: t(key, { cell, output, bias }) + describeTie(t, ledger), terms: sumsOf(ledger) };
  }
  if (position.bias > 0 && !pooling) {
    const before = ledger.lines.at(-1)?.running ?? '';
    return { text: t('now.bias', { bias, output }), terms: `${joinSigned([before, bias])} = ${output}` };
  }
  if (position.slide < 1) return { text: describeSlide(t, cell, position, layer), terms: '' };
  return pooling ? describePool(t, ledger, position) : describeChannel(t, ledger, position, layer);
}

function isPooling({ lines }: Ledger) {
  return lines[0]?.terms[0]?.w === '';
}

/** `19 + 37 + 1 = 57`; nothing where there is one sum alone. */
function sumsOf(ledger: Ledger) {
  const count = ledger.lines.length + (ledger.bias ? 1 : 0);
  return isPooling(ledger) || count === 1 || ledger.lines.length > MAX_TERMS ? '' : formatSums(ledger);
}

/** How far the window moves, and which way. */
function describeSlide(t: Translate, cell: string, position: Position, { summary }: MomentLayer) {
  const { kind, stride } = summary.operation;
  const width = summary.shapes.output[2];
  const col = position.window % width;
  if (kind === 'conv_transpose2d') return t('now.slide', { cell });
  if (position.window === 0) {
    const filter = position.outChannel;
    const key = filter > 0 && summary.shapes.weight ? 'now.slide.filter' : 'now.slide.first';
    return t(textKey(key, summary.dimensions), { cell, filter });
  }
  return col > 0
    ? t('now.slide.right', { cells: stride[1], cell })
    : t('now.slide.down', { cells: stride[0], cell });
}

function describePool(t: Translate, ledger: Ledger, position: Position): Moment {
  const [line] = ledger.lines;
  const { channel = 0, sum = '' } = line ?? {};
  const terms = line && line.terms.length <= MAX_TERMS ? formatLineTerms(ledger, line) : '';
  if (position.sum === 0 && position.accumulate === 0)
    return { text: t('now.pool', { channel, sum }), terms };
  const text = ledger.largest ? t('now.max', { sum }) + describeTie(t, ledger) : t('now.mean', { sum });
  return { text, terms };
}

/** Says which of several largest values is used. */
function describeTie(t: Translate, { largest, lines: [line] }: Ledger) {
  const times = line?.terms.filter(({ empty, product }) => !empty && product === line.sum).length ?? 0;
  return largest && times > 1 ? ` ${t('now.max.tie', { times })}` : '';
}

function describeChannel(t: Translate, ledger: Ledger, position: Position, layer: MomentLayer): Moment {
  if (position.active < 0)
    return position.sum > 0
      ? { text: t('now.sums'), terms: sumsOf(ledger) }
      : { text: t('now.multiply.all'), terms: '' };
  const line = ledger.lines[position.active];
  if (!line) return { text: '', terms: '' };
  const { channel, sum, running } = line;
  if (position.accumulate > 0) {
    const before = ledger.lines[position.active - 1]?.running;
    const terms = before === undefined ? '' : `${joinSigned([before, sum])} = ${running}`;
    return { text: t('now.accumulate', { channel, sum, running }), terms };
  }
  if (position.sum > 0) {
    const products = line.terms.map(({ product }) => product);
    return { text: t('now.sum', { channel, sum }), terms: `${joinSigned(shorten(products))} = ${sum}` };
  }
  if (layer.granularity === 'product') return describeProduct(t, ledger, line, position.products);
  const terms = line.terms.length <= MAX_TERMS ? formatLine(line, ledger.whole) : '';
  return { text: t('now.multiply', { channel }), terms };
}

function describeProduct(
  t: Translate,
  { whole }: Ledger,
  { channel, terms }: LedgerLine,
  products: number,
): Moment {
  const { index, text } = productAtWork(terms, products, whole);
  return { text: t('now.product', { channel, index, count: terms.length }), terms: text };
}

/**
 * The product at work, counted from 1, with those before it; at rest it alone.
 * products: how many are made, the fraction being that of the one at work.
 */
export function productAtWork(terms: Omit<LedgerTerm, 'tap' | 'empty'>[], products: number, whole: boolean) {
  const index = Math.min(Math.max(Math.ceil(products), 1), terms.length);
  const last = terms[index - 1];
  if (last && Number.isInteger(products) && products > 0) return { index, text: formatProduct(last) };
  const texts = terms
    .slice(0, index)
    .map((term, k) => (k < Math.floor(products) ? term.product : formatTerm(term, whole)));
  return { index, text: joinSigned(shorten(texts)) };
}

/** The last terms of many. */
function shorten(terms: string[]) {
  return terms.length <= MAX_TERMS ? terms : ['…', ...terms.slice(-MAX_TERMS)];
}
