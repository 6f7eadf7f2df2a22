/** What the page says of a step or a stamp, before it becomes elements. */

import type { Cell } from '../../model/relations.ts';

export interface DescribedText {
  text: string;
  kind?: 'terms' | 'number';
  /** What it shows: a cell, or the taps of a channel. */
  grid?: Cell['grid'];
  channel?: number;
}

export interface DescribedRow {
  heading: string;
  cells: DescribedText[];
  total?: boolean;
}

export interface Description {
  /** Changes with the sentence and the rows. */
  key: string;
  /** What happens at this time. */
  moment: string;
  /** The terms at work, as a sum. */
  terms?: string;
  sentence: () => string;
  /** The sentence in parts, so that each can be pointed at. */
  parts: () => (string | DescribedText)[];
  /** Text keys. */
  headings: string[];
  rows: (range: RowRange) => DescribedRow[];
  /** The line that the rows are round. */
  workingLine: number;
  /** The line whose row is marked, -1: none. */
  activeLine: number;
}

/** Lines that have a row each. */
export interface RowRange {
  first: number;
  end: number;
}

/** A row for each line in the range; those before, and those after, have one row together. */
export function makeRows<T>(
  lines: T[],
  { first, end }: RowRange,
  makeRow: (line: T) => DescribedRow,
  makeSkipped: (from: T, to: T) => DescribedRow,
): DescribedRow[] {
  const skipped = ([from, ...others]: T[]) => (from ? [makeSkipped(from, others.at(-1) ?? from)] : []);
  return [
    ...skipped(lines.slice(0, first)),
    ...lines.slice(first, end).map(makeRow),
    ...skipped(lines.slice(end)),
  ];
}
