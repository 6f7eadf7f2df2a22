/**
 * A step as numbers that add up as printed: what rounding leaves over is shared out, to each number less than
 * a unit of its last decimal.
 */

import type { Step } from './step.ts';

interface LedgerTerm {
  x: string;
  w: string;
  product: string;
  tap: [number, number];
  empty: boolean;
}

export interface LedgerLine {
  channel: number;
  terms: LedgerTerm[];
  sum: string;
  running: string;
}

export interface Ledger {
  cell: string;
  lines: LedgerLine[];
  bias: string;
  output: string;
  whole: boolean;
  /** Max pooling, whose terms are not added up. */
  largest: boolean;
}

const MINUS = '\u2212';

/** Significant digits of the largest number in a ledger. */
const DIGITS = 4;

/** Below and above these magnitudes numbers carry an exponent. */
const FIXED = { min: 1e-6, max: 1e12 };

export function formatNumber(value: number, decimals: number) {
  if (value === 0) return '0';
  const size = Math.abs(value);
  const text =
    size !== 0 && (size >= FIXED.max || (size < FIXED.min && decimals > 6))
      ? size.toExponential(3)
      : size.toFixed(decimals);
  return value < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/** Decimals that leave `digits` significant ones to the largest of the values; 0 when all are whole. */
export function decimalsFor(values: ArrayLike<number>, digits: number) {
  let whole = true;
  let max = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    whole &&= Number.isInteger(value);
    max = Math.max(max, Math.abs(value));
  }
  if (whole || max === 0) return 0;
  return Math.min(Math.max(digits - 1 - Math.floor(Math.log10(max)), 0), 12);
}

/**
 * Rounds `values` to `decimals` so that they sum to `total` as printed: each is moved by less than one unit
 * of its last decimal (Hamilton's method of largest remainders). total: already rounded.
 */
export function apportionRounding(values: number[], total: number, decimals: number): number[] {
  const unit = 10 ** decimals;
  const target = Math.round(total * unit);
  const scaled = values.map((value) => value * unit);
  if (decimals === 0 && values.every(Number.isInteger)) return values;
  const floors = scaled.map(Math.floor);
  let missing = target - floors.reduce((a, b) => a + b, 0);
  const order = scaled
    .map((value, i) => ({ i, rest: value - Math.floor(value) }))
    .sort((a, b) => b.rest - a.rest);
  for (let k = 0; missing > 0 && order.length > 0; k++, missing--)
    bump(floors, order[k % order.length]?.i, 1);
  for (let k = 0; missing < 0 && order.length > 0; k++, missing++)
    bump(floors, order[order.length - 1 - (k % order.length)]?.i, -1);
  return floors.map((value) => value / unit);
}

function bump(values: number[], at: number | undefined, by: number) {
  if (at !== undefined) values[at] = (values[at] ?? 0) + by;
}

function rounded(value: number, decimals: number) {
  return Math.round(value * 10 ** decimals) / 10 ** decimals;
}

/**
 * Every printed number of a step. layer: `weight` by position in the step; null where the operation has none.
 */
export function makeLedger(
  step: Step,
  layer: {
    outChannel: number;
    inChannels: number[];
    weight: (c: number, u: number, v: number) => number | null;
    bias: number;
  },
  decimals: number = ledgerDecimals(step, layer.bias),
): Ledger {
  const output = rounded(step.output, decimals);
  const largest = step.selected !== null;
  // Each running sum is rounded as it is, and a channel's sum is what lies between two: so no error gathers.
  let running = 0;
  const lines = Array.from(step.runningSums, (runningSum, c) => {
    const before = running;
    running = rounded(runningSum, decimals);
    const sum = rounded(running - before, decimals);
    const terms = once(() => {
      const products = [...step.productsOf(c)];
      return termsOf(
        step,
        layer,
        c,
        largest ? products : apportionRounding(products, sum, decimals),
        decimals,
      );
    });
    return {
      channel: layer.inChannels[c] ?? c,
      sum: formatNumber(sum, decimals),
      running: formatNumber(running, decimals),
      // Of many channels few are looked at.
      get terms() {
        return terms();
      },
    };
  });
  return {
    cell: `Y[${layer.outChannel}, ${step.row}, ${step.col}]`,
    lines,
    bias: formatNumber(rounded(output - running, decimals), decimals),
    output: formatNumber(output, decimals),
    whole: decimals === 0,
    largest,
  };
}

export function ledgerDecimals(step: Step, bias: number) {
  return decimalsFor([step.output, bias, ...step.channelSums, ...step.products], DIGITS);
}

function once<T>(make: () => T) {
  let made: T | undefined;
  return () => (made ??= make());
}

function termsOf(
  step: Step,
  layer: Parameters<typeof makeLedger>[1],
  c: number,
  products: number[],
  decimals: number,
): LedgerTerm[] {
  const patch = step.patchOf(c);
  const [, columns] = step.kernel;
  const shown = decimalsFor(patch, DIGITS - 1);
  return products.map((product, k) => {
    const u = Math.floor(k / columns);
    const v = k % columns;
    const weight = layer.weight(c, u, v);
    return {
      x: formatNumber(patch[k] ?? 0, shown),
      w: weight === null ? '' : formatNumber(weight, decimalsFor([weight], DIGITS - 1)),
      product: formatNumber(product, decimals),
      tap: [u, v] as [number, number],
      empty: !step.hasInput(u, v),
    };
  });
}

/** A number as a factor: a negative one in brackets. */
function factor(text: string) {
  return text.startsWith(MINUS) ? `(${text})` : text;
}

/** A term as a sum shows it: the factors when all is whole, the rounded product else. */
export function formatTerm(term: LedgerTerm, whole: boolean) {
  return whole && term.w !== '' ? `${factor(term.x)}·${factor(term.w)}` : term.product;
}

/** `a + b − c` */
export function joinSigned(terms: string[]) {
  return terms.reduce((sum, term) =>
    term.startsWith(MINUS) ? `${sum} ${MINUS} ${term.slice(1)}` : `${sum} + ${term}`,
  );
}

/** `0·0 + 1·1 + 3·2 + 4·3` */
export function formatLine(line: LedgerLine, whole: boolean) {
  return joinSigned(line.terms.map((term) => formatTerm(term, whole)));
}

/** Where each term begins and ends in the text of a sum or a list. */
export function findTermRanges(text: string): [number, number][] {
  return [...text.matchAll(/[^\s,]*\d[^\s,]*/g)].map((found) => [found.index, found.index + found[0].length]);
}

/** A channel's terms as they are written: added up, or, in max pooling, those that are there. */
export function formatLineTerms({ whole, largest }: Ledger, line: LedgerLine) {
  return largest
    ? present(line)
        .map((term) => term.product)
        .join(', ')
    : formatLine(line, whole);
}

/** The kernel cell of each term that is written. */
export function tapsOfLine({ largest }: Ledger, line: LedgerLine): [number, number][] {
  return (largest ? present(line) : line.terms).map(({ tap }) => tap);
}

function present(line: LedgerLine) {
  return line.terms.filter((term) => !term.empty);
}

/**
 * `Y[0, 0, 0] = (0·0 + …) + (…) + 0 = 19 + 37 + 0 = 56`, in parts: text, and the lines whose terms stand
 * between.
 */
export function splitSentence(ledger: Ledger): (string | LedgerLine)[] {
  const { cell, lines, bias, largest, output } = ledger;
  const [first] = lines;
  if (largest && first) return [`${cell} = max(`, first, `) = ${output}`];
  if (first?.terms[0]?.w === '') return [`${cell} = `, first, ` = ${output}`];
  const products = lines.flatMap((line, k) => [k === 0 ? '(' : ') + (', line]);
  return [`${cell} = `, ...products, `)${joinSigned(['', bias])} = ${formatSums(ledger)}`];
}

export function formatSentence(ledger: Ledger) {
  return splitSentence(ledger)
    .map((part) => (typeof part === 'string' ? part : formatLineTerms(ledger, part)))
    .join('');
}

/** `19 + 37 + 0 = 56` */
export function formatSums({ lines, bias, output }: Ledger) {
  return `${joinSigned([...lines.map((line) => line.sum), bias])} = ${output}`;
}

/** A float is only as exact as its type; the text that shows all of it. */
export function formatExact(value: number, dtype: string) {
  const text = dtype === 'float32' ? shortestFloat32(value) : String(value);
  return text.replace('-', MINUS);
}

/** The shortest decimal that reads back as the same float32. */
function shortestFloat32(value: number) {
  for (let digits = 1; digits < 10; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === Math.fround(value)) return String(Number(text));
  }
  return String(value);
}
