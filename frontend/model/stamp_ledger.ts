/**
 * A stamp as numbers and sentences: what each output cell under it was, what is added, what it is now. Pure.
 */

import { decimalsFor, formatNumber, joinSigned } from './ledger.ts';
import type { AppliedStamp } from './types.ts';

interface StampLine {
  cell: string;
  before: string;
  terms: { x: string; w: string; product: string }[];
  adds: string;
  now: string;
}

export interface StampLedger {
  cell: string;
  values: string;
  /** Of the output cells that are not cropped. */
  lines: StampLine[];
  whole: boolean;
}

const MINUS = '\u2212';
const DIGITS = 4;

/** Beyond these a sentence would not be read. */
const MOST_TERMS = 6;
const MOST_LINES = 6;

/** layer: width: of the output; `weight` by position in the stamp. */
export function makeStampLedger(
  { stamp, before, after }: AppliedStamp,
  {
    outChannel,
    inChannels,
    width,
    weight,
  }: {
    outChannel: number;
    inChannels: number[];
    width: number;
    weight: (c: number, u: number, v: number) => number | null;
  },
): StampLedger {
  const { output_rows, output_cols, values, products, sums, row, col } = stamp;
  const places = output_rows.flatMap((i, u) =>
    output_cols.flatMap((j, v) => (i === null || j === null ? [] : [{ i, j, u, v }])),
  );
  const numbers = places.flatMap(({ i, j, u, v }) => [
    before[i * width + j] ?? 0,
    after[i * width + j] ?? 0,
    ...products.map((slice) => slice[u]?.[v] ?? 0),
  ]);
  const decimals = decimalsFor(numbers, DIGITS);
  const factor = (value: number) => formatNumber(value, decimalsFor([value], DIGITS - 1));
  return {
    cell: `X[${inChannels.length === 1 ? inChannels[0] : ':'}, ${row}, ${col}]`,
    values: values.length === 1 ? factor(values[0] ?? 0) : `(${values.map(factor).join(', ')})`,
    whole: decimals === 0,
    lines: places.map(({ i, j, u, v }) => ({
      cell: `Y[${outChannel}, ${i}, ${j}]`,
      before: formatNumber(before[i * width + j] ?? 0, decimals),
      terms: values.map((value, c) => ({
        x: factor(value),
        w: factor(weight(c, u, v) ?? 0),
        product: formatNumber(products[c]?.[u]?.[v] ?? 0, decimals),
      })),
      adds: formatNumber(sums[u]?.[v] ?? 0, decimals),
      now: formatNumber(after[i * width + j] ?? 0, decimals),
    })),
  };
}

/** `2·(−1) + 3·4`, or the products where they are rounded. */
function addsText({ terms }: StampLine, whole: boolean) {
  const factor = (text: string) => (text.startsWith(MINUS) ? `(${text})` : text);
  return joinSigned(terms.map(({ x, w, product }) => (whole ? `${factor(x)}·${factor(w)}` : product)));
}

/** `4 + 3·0`, `1 + (3·2 + 2·1)` */
export function formatStampSum(line: StampLine, whole: boolean) {
  const adds = addsText(line, whole);
  return line.terms.length > 1 ? `${line.before} + (${adds})` : joinSigned([line.before, adds]);
}

/** A line for each output cell, for elsewhere. */
export function formatStampText({ cell, values, lines, whole }: StampLedger) {
  return [
    `${cell} = ${values}`,
    ...lines.map((line) => `${line.cell} = ${formatStampSum(line, whole)} = ${line.now}`),
  ].join('\n');
}

/** An `aligned` block of amsmath. */
export function formatStampTex({ lines, whole }: StampLedger) {
  const tex = (text: string) => text.replaceAll(MINUS, '-').replaceAll('·', ' \\cdot ');
  const rows = lines.map(
    (line) =>
      `  Y_{${line.cell.slice(2, -1).replaceAll(' ', '')}} &${whole ? '=' : '\\approx'} ${tex(formatStampSum(line, whole))} = ${tex(line.now)}`,
  );
  return `\\begin{aligned}\n${rows.join(' \\\\\n')}\n\\end{aligned}`;
}

/** `X[0, 1, 1] = 3: Y[0, 1, 1] = 4 + 3·0 = 4; …`, the terms as long as there are few. */
export function formatStampSentence({ cell, values, lines, whole }: StampLedger) {
  const terms = lines.reduce((count, line) => count + line.terms.length, 0);
  const sum = (line: StampLine) =>
    terms <= MOST_TERMS ? formatStampSum(line, whole) : joinSigned([line.before, line.adds]);
  const told = lines.slice(0, MOST_LINES).map((line) => `${line.cell} = ${sum(line)} = ${line.now}`);
  return `${cell} = ${values}: ${[...told, ...(lines.length > MOST_LINES ? ['…'] : [])].join('; ')}`;
}
