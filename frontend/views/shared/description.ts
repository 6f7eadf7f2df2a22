/** What the page says of a step or a stamp, before it becomes elements. */

import type { Cell } from '../../model/relations.ts';

/** The most rows of the table: those around the one at work. */
export const MAX_ROWS = 8;

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
  rows: () => DescribedRow[];
  /** The row at work, -1: none. */
  activeRow: number;
}
