/** A stamp as numbers and sentences: what each output cell under it was, what is added, what it is now. */

import { formatIndex } from './dimensions.ts';
import type { LedgerLayer } from './ledger.ts';
import { formatFactor, LEDGER_DIGITS } from './ledger.ts';
import { formatLine, joinSigned } from './ledger_text.ts';
import { decimalsFor, formatNumber } from './numbers.ts';
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
  { stamp, before, after }: AppliedStamp,
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
  const { output_rows, output_cols, values, products, sums, row, col } = stamp;
  const cells = landings(output_rows, output_cols).map(({ i, j, taps }) => ({
    ...{ i, j, taps, before: before[i * width + j] ?? 0, after: after[i * width + j] ?? 0 },
  }));
  const productAt = (c: number, u: number, v: number) => products[c]?.[u]?.[v] ?? 0;
  const decimals = decimalsFor(
    cells.flatMap(({ before, after, taps }) => [
      ...[before, after],
      ...taps.flatMap(([u, v]) => values.map((_, c) => productAt(c, u, v))),
    ]),
    LEDGER_DIGITS,
  );
  const format = (value: number) => formatNumber(value, decimals);
  return {
    cell: formatIndex(from, dimensions, [inChannels.length === 1 ? inChannels[0] : ':', row, col]),
    values: values.length === 1 ? formatFactor(values[0] ?? 0) : `(${values.map(formatFactor).join(', ')})`,
    whole: decimals === 0,
    lines: cells.map(({ i, j, taps, before, after }) => ({
      cell: formatIndex(letter, dimensions, [outChannel, i, j]),
      before: format(before),
      terms: taps.flatMap(([u, v]) =>
        values.map((value, c) => ({
          x: formatFactor(value),
          w: weight(c, u, v) === null ? '' : formatFactor(weight(c, u, v) ?? 0),
          product: format(productAt(c, u, v)),
        })),
      ),
      // Where padding borrows, several kernel cells land on one cell.
      added: format(taps.length > 1 ? after - before : (sums[taps[0]?.[0] ?? 0]?.[taps[0]?.[1] ?? 0] ?? 0)),
      after: format(after),
    })),
  };
}

/** The cells that are stamped, each with the kernel cells that land on it. */
function landings(rows: Stamp['output_rows'], cols: Stamp['output_cols']) {
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
