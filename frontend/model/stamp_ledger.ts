/** A stamp as numbers and sentences: what each output cell under it was, what is added, what it is now. */

import { formatIndex } from './dimensions.ts';
import type { LedgerLayer } from './ledger.ts';
import { apportionRounding, LEDGER_DIGITS } from './ledger.ts';
import { formatLine, joinSigned } from './ledger_text.ts';
import { decimalsFor, formatFactor, formatNumber, roundTo } from './numbers.ts';
import type { AppliedStamp, Stamp } from './types.ts';

interface StampLine {
  cell: string;
  before: string;
  terms: { x: string; w: string; product: string }[];
  added: string;
  after: string;
}

export interface StampLedger {
  cell: string;
  values: string;
  /** Of the output cells that are not cropped. */
  lines: StampLine[];
  whole: boolean;
}

/** Terms and lines that a sentence has at most. */
const MAX_TERMS = 6;
const MAX_LINES = 6;

/** width: of the output. from: what a cell that stamps is called. */
export function makeStampLedger(
  applied: AppliedStamp,
  {
    dimensions,
    outChannel,
    inChannels,
    weight,
    width,
    letter = 'Y',
    from = 'X',
  }: Omit<LedgerLayer, 'bias'> & { width: number; from?: string },
): StampLedger {
  const { values, row, col } = applied.stamp;
  const numbers = numbersOf(applied, width);
  const decimals = decimalsFor(numbers, LEDGER_DIGITS);
  const format = (value: number) => formatNumber(value, decimals);
  return {
    cell: formatIndex(from, dimensions, [inChannels.length === 1 ? inChannels[0] : ':', row, col]),
    values: values.length === 1 ? formatFactor(values[0] ?? 0) : `(${values.map(formatFactor).join(', ')})`,
    whole: decimals === 0 && numbers.every(Number.isInteger),
    lines: roundStamp(applied, width, decimals).map(({ i, j, taps, before, added, after }) => ({
      cell: formatIndex(letter, dimensions, [outChannel, i, j]),
      before: format(before),
      terms: taps.flatMap(({ u, v, products }) =>
        products.map((product, c) => ({
          x: formatFactor(values[c] ?? 0),
          w: weight(c, u, v) === null ? '' : formatFactor(weight(c, u, v) ?? 0),
          product: format(product),
        })),
      ),
      added: format(added),
      after: format(after),
    })),
  };
}

/** An output cell under a stamp, in numbers that are rounded so that they add up. */
interface StampedCell {
  i: number;
  j: number;
  before: number;
  added: number;
  after: number;
  /** The kernel cells that land on it, several where padding borrows; their products by channel. */
  taps: { u: number; v: number; products: number[] }[];
}

/** The output cells that are not cropped. width: of the output. */
export function roundStamp(applied: AppliedStamp, width: number, decimals: number): StampedCell[] {
  const { stamp, before, after } = applied;
  return landings(stamp).map(({ i, j, taps }) => {
    const [from, to] = [before, after].map((plane) => roundTo(plane[i * width + j] ?? 0, decimals));
    const added = roundTo((to ?? 0) - (from ?? 0), decimals);
    const products = taps.flatMap(([u, v]) => productsAt(stamp, u, v));
    const rounded = apportionRounding(products, added, decimals);
    const { length } = stamp.products;
    return {
      ...{ i, j, before: from ?? 0, added, after: to ?? 0 },
      taps: taps.map(([u, v], k) => ({ u, v, products: rounded.slice(k * length, (k + 1) * length) })),
    };
  });
}

/** A stamp by kernel cell, in numbers that are rounded so that they add up with what they are added to. */
export interface PrintedStamp extends Pick<Stamp, 'products' | 'sums'> {
  decimals: number;
}

export function printStamp(applied: AppliedStamp, width: number, decimals: number): PrintedStamp {
  const { products, sums } = applied.stamp;
  const taps = roundStamp(applied, width, decimals).flatMap((cell) => cell.taps);
  const rounded = new Map(taps.map((tap) => [`${tap.u},${tap.v}`, tap.products]));
  const sumOf = (values: number[]) => values.reduce((sum, value) => sum + value, 0);
  return {
    products: products.map((slice, c) =>
      slice.map((line, u) => line.map((value, v) => rounded.get(`${u},${v}`)?.[c] ?? value)),
    ),
    sums: sums.map((line, u) => line.map((value, v) => sumOf(rounded.get(`${u},${v}`) ?? [value]))),
    decimals,
  };
}

/** Everything that is printed of the cells under a stamp. */
function numbersOf({ stamp, before, after }: AppliedStamp, width: number) {
  return landings(stamp).flatMap(({ i, j, taps }) => [
    ...[before, after].map((plane) => plane[i * width + j] ?? 0),
    ...taps.flatMap(([u, v]) => productsAt(stamp, u, v)),
  ]);
}

function productsAt({ products }: Stamp, u: number, v: number) {
  return products.map((slice) => slice[u]?.[v] ?? 0);
}

/** The cells that are stamped, each with the kernel cells that land on it. */
function landings({ output_rows: rows, output_cols: cols }: Stamp) {
  const cells = new Map<string, { i: number; j: number; taps: [number, number][] }>();
  for (const [u, i] of rows.entries())
    for (const [v, j] of cols.entries()) {
      if (i === null || j === null) continue;
      const cell = cells.get(`${i},${j}`) ?? { i, j, taps: [] };
      cell.taps.push([u, v]);
      cells.set(`${i},${j}`, cell);
    }
  return [...cells.values()];
}

/** `4 + 3·0`, `1 + (3·2 + 2·1)` */
export function formatStampSum(line: StampLine, whole: boolean) {
  const terms = formatLine(line, whole);
  return line.terms.length > 1 ? `${line.before} + (${terms})` : joinSigned([line.before, terms]);
}

/** `X[0, 1, 1] = 3: Y[0, 1, 1] = 4 + 3·0 = 4; …`, the terms as long as there are few. */
export function formatStampSentence({ cell, values, lines, whole }: StampLedger) {
  const count = lines.reduce((sum, line) => sum + line.terms.length, 0);
  const sum = (line: StampLine) =>
    count <= MAX_TERMS ? formatStampSum(line, whole) : joinSigned([line.before, line.added]);
  const sentences = lines.slice(0, MAX_LINES).map((line) => `${line.cell} = ${sum(line)} = ${line.after}`);
  return `${cell} = ${values}: ${[...sentences, ...(lines.length > MAX_LINES ? ['…'] : [])].join('; ')}`;
}
