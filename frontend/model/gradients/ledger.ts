/** A step of the gradient to the weight, or the bias, as numbers that add up as they are printed. */

import { apportionRounding, LEDGER_DIGITS } from '../ledger.ts';
import { formatTerm, joinSigned } from '../ledger_text.ts';
import { decimalsFor, formatFactor, formatNumber, roundTo } from '../numbers.ts';
import { tex, texBlock, texCell } from '../step_formats.ts';
import type { NumberArray } from '../types.ts';
import type { WeightStep } from './moment.ts';

export interface SumTerm {
  x: string;
  w: string;
  product: string;
}

export interface SumRow {
  /** Of the upstream. */
  row: number;
  sum: string;
  /** Of many rows few are looked at. */
  readonly terms: SumTerm[];
}

export interface SumLedger {
  cell: string;
  rows: SumRow[];
  total: string;
  decimals: number;
  /** Every number is whole, and printed as it is. */
  whole: boolean;
  /** Of the bias: a product is a cell of the upstream alone. */
  alone: boolean;
}

/** upstream: the plane of the output channel, (H_out, width). wanted: the decimals there is room for. */
export function makeWeightLedger(
  step: WeightStep,
  cell: string,
  upstream: NumberArray,
  width: number,
  wanted?: number,
): SumLedger {
  const numbers = [step.gradient, ...step.rowSums, ...step.products];
  const decimals = wanted ?? decimalsFor(numbers, LEDGER_DIGITS);
  const total = roundTo(step.gradient, decimals);
  const sums = apportionRounding([...step.rowSums], total, decimals);
  return {
    cell,
    total: formatNumber(total, decimals),
    decimals,
    whole: decimals === 0 && numbers.every(Number.isInteger),
    alone: false,
    rows: sums.map((sum, row) => ({
      row,
      sum: formatNumber(sum, decimals),
      get terms() {
        const of = (values: NumberArray) => [...values.subarray(row * width, (row + 1) * width)];
        const [patch, factors] = [of(step.patch), of(upstream)];
        return apportionRounding(of(step.products), sum, decimals).map((product, k) => ({
          x: formatFactor(patch[k] ?? 0),
          w: formatFactor(factors[k] ?? 0),
          product: formatNumber(product, decimals),
        }));
      },
    })),
  };
}

/** upstream: the plane of the output channel. wanted: the decimals there is room for. */
export function makeBiasLedger(
  gradient: number,
  cell: string,
  upstream: NumberArray,
  wanted?: number,
): SumLedger {
  const numbers = [gradient, ...upstream];
  const decimals = wanted ?? decimalsFor(numbers, LEDGER_DIGITS);
  const total = roundTo(gradient, decimals);
  const sum = formatNumber(total, decimals);
  const makeTerms = () =>
    apportionRounding([...upstream], total, decimals).map((value) => {
      const product = formatNumber(value, decimals);
      return { x: product, w: '', product };
    });
  return {
    cell,
    total: sum,
    decimals,
    whole: decimals === 0 && numbers.every(Number.isInteger),
    alone: true,
    rows: [
      {
        row: 0,
        sum,
        get terms() {
          return makeTerms();
        },
      },
    ],
  };
}

/** Terms of a sum that are written at most. */
const MAX_TERMS = 12;

/** `1·2 + 0·1 + …` */
export function formatSumTerms({ whole }: SumLedger, { terms }: SumRow, most = MAX_TERMS) {
  const written = terms.length > most ? terms.slice(0, most - 1) : terms;
  const texts = written.map((term) => formatTerm(term, whole));
  return joinSigned(terms.length > most ? [...texts, '…'] : texts);
}

/** `dK[0, 1, 0, 0] = (1·2 + 0·1) + (…) = 2 + 5 = 7` */
export function formatSumSentence(ledger: SumLedger, most = MAX_TERMS) {
  const { cell, rows, total, alone } = ledger;
  if (alone || rows.length === 1)
    return `${cell} = ${rows.map((row) => formatSumTerms(ledger, row, most))} = ${total}`;
  const sums = rows.length > MAX_TERMS ? [...rows.slice(0, MAX_TERMS - 1).map(({ sum }) => sum), '…'] : null;
  const all = joinSigned(sums ?? rows.map(({ sum }) => sum));
  const terms = rows.reduce((count, row) => count + row.terms.length, 0);
  if (terms > 2 * MAX_TERMS) return `${cell} = ${all} = ${total}`;
  return `${cell} = ${rows.map((row) => `(${formatSumTerms(ledger, row)})`).join(' + ')} = ${all} = ${total}`;
}

/** As an `aligned` block of amsmath, a line for each row of the upstream. */
export function formatSumTex(ledger: SumLedger) {
  const { cell, rows, total, whole } = ledger;
  const [first = '', ...others] = rows.map((row) => tex(`(${formatSumTerms(ledger, row)})`));
  return texBlock([
    `${texCell(cell)} &${whole ? '=' : '\\approx'} ${first}`,
    ...others.map((line) => `&\\quad {}+ ${line}`),
    `&= ${tex(total)}`,
  ]);
}
