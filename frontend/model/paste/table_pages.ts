/** Rows of a table put together: blocks of columns side by side, pages one after another. Pure. */

import type { PastedText } from '../number_syntax.ts';
import { errorAt } from '../number_syntax.ts';
import type { Cell, Row } from './table_labels.ts';
import { isName, withoutNames } from './table_labels.ts';
import type { MarkLine, RowLine, TableLine } from './table_lines.ts';

/** Columns that are printed together; first, last: their numbers, if they are printed too. */
interface Block {
  columns: { first: number; last: number } | null;
  rows: Row[];
}

/** A matrix: the printed indices of its further dimensions, and its printed sizes. */
interface Page {
  offset: number;
  index: string[];
  sizes: number[];
  blocks: Block[];
}

export interface JoinedPage {
  offset: number;
  index: string[];
  sizes: number[];
  rows: Row[];
}

const COLOUR = /^(?:r|g|b|red|green|blue|alpha)$/i;

/** Takes the lines of a table one after another. */
export class PageCollector {
  readonly pasted: PastedText;
  readonly split: (line: RowLine) => Cell[];
  readonly hasNames: boolean;
  readonly pages: Page[] = [];
  page: Page = { offset: 0, index: [], sizes: [], blocks: [] };
  /** Whether an empty line came last, and whether columns of the same rows are to come. */
  isSeparated = false;
  /** What the labels of slices have in common. */
  labelled: string | null = null;
  wraps = false;

  constructor(pasted: PastedText, hasNames: boolean, split: (line: RowLine) => Cell[]) {
    this.pasted = pasted;
    this.hasNames = hasNames;
    this.split = split;
    this.pages.push(this.page);
  }

  take(line: TableLine) {
    if (line.kind === 'row') this.row(line);
    else if (line.kind === 'blank') this.isSeparated = true;
    else if (line.kind === 'columns') this.columns(line);
    else if (line.kind === 'name') this.name(line);
    else if (line.kind === 'label') this.label(line);
    else if (line.kind === 'size') this.begin(line.offset, [], line.values.map(Number));
    else this.begin(line.offset, line.values, this.page.blocks.length === 0 ? this.page.sizes : []);
  }

  /** Another matrix is no slice of the first one. */
  name({ offset, values: [name = ''] }: MarkLine) {
    if (this.pages.length > 1 || this.page.blocks.length > 0) this.fail('after', offset, { found: name });
    this.begin(offset);
  }

  /** `channel 1:` goes with `channel 0:`, and `bias:` not with `weight:`. */
  label({ offset, values: [label = ''] }: MarkLine) {
    const kind = COLOUR.test(label) ? 'colour' : label.replace(/[\d\s.-]+/g, '');
    this.labelled ??= kind;
    if (kind !== this.labelled) this.fail('after', offset, { found: label });
    this.begin(offset);
  }

  /** Begins a page, in the place of one without rows. */
  begin(offset: number, index: string[] = [], sizes: number[] = []) {
    if (this.page.blocks.length === 0) this.pages.pop();
    this.page = { offset, index, sizes, blocks: [] };
    this.pages.push(this.page);
    this.isSeparated = this.wraps = false;
  }

  columns({ offset, values }: MarkLine) {
    const [first = 0, last = first] = [Number(values[0]), Number(values.at(-1))];
    const isWhole = first === 1 && (this.isSeparated || this.page.blocks.length === 0);
    if (isWhole && this.page.blocks.length > 0) this.begin(offset);
    const expected = (this.page.blocks.at(-1)?.columns?.last ?? 0) + 1;
    if (first !== expected) this.fail('sequence', offset, { found: first, expected });
    this.page.blocks.push({ columns: { first, last }, rows: [] });
    this.isSeparated = false;
  }

  row(line: RowLine) {
    const row = { offset: line.offset, scale: line.scale, label: line.label, cells: this.split(line) };
    const last = this.page.blocks.at(-1);
    if (line.continues && last?.rows.length) return this.goOn(row);
    const isFilled = last !== undefined && last.rows.length > 0;
    const isHead = isFilled && last.columns === null && row.cells.length > 0 && row.cells.every(isName);
    if (isFilled && this.isSeparated && !this.wraps) this.begin(line.offset);
    else if (isFilled && (this.isSeparated || isHead)) this.page.blocks.push({ columns: null, rows: [] });
    if (this.page.blocks.length === 0) this.page.blocks.push({ columns: null, rows: [] });
    this.page.blocks.at(-1)?.rows.push(row);
    this.wraps = line.wraps || (this.wraps && !this.isSeparated);
    this.isSeparated = false;
  }

  /** A line of a vector that R breaks: `[4]` says which number comes first. */
  goOn({ label, offset, cells }: Row) {
    const row = this.page.blocks.at(-1)?.rows.at(-1);
    const expected = `[${(row?.cells.length ?? 0) + 1}]`;
    if (label !== expected) this.fail('sequence', offset, { found: label, expected });
    for (const cell of cells) row?.cells.push(cell);
  }

  joined(): JoinedPage[] {
    return this.pages
      .filter(({ blocks }) => blocks.some(({ rows }) => rows.length > 0))
      .map(({ offset, index, sizes, blocks }) => ({ offset, index, sizes, rows: this.join(blocks) }));
  }

  /** Blocks side by side. */
  join(blocks: Block[]): Row[] {
    let rows: Row[] = [];
    for (const [k, block] of blocks.entries()) {
      const added = this.bare(block, rows[0]?.cells.length ?? 0);
      if (k === 0) rows = added.map((row) => ({ ...row, cells: [...row.cells] }));
      else this.append(rows, added, block);
    }
    return rows;
  }

  append(rows: Row[], added: Row[], { columns, rows: [head] }: Block) {
    const start = added[0]?.offset ?? head?.offset ?? 0;
    if (added.length !== rows.length)
      this.fail('ragged', start, { found: added.length, expected: rows.length });
    for (const [k, { label, offset, cells }] of added.entries()) {
      const row = rows[k];
      // Rows without names are the same rows where a line counts the columns.
      const isSame = row?.label === label && (label !== '' || columns !== null);
      if (!isSame) this.fail('sequence', offset, { found: label, expected: row?.label ?? '' });
      for (const cell of cells) row?.cells.push(cell);
    }
  }

  /** The numbers of a block alone, after `start` columns; the rows that R counts are all there. */
  bare({ columns, rows }: Block, start: number) {
    const width = columns && columns.last - columns.first + 1;
    const bare = this.hasNames ? withoutNames(rows, width, start) : rows;
    for (const [k, { label, offset, cells }] of bare.entries()) {
      const expected = `[${k + 1},]`;
      if (/^\[\d+,\]$/.test(label) && label !== expected)
        this.fail('sequence', offset, { found: label, expected });
      if (width !== null && cells.length !== width)
        this.fail('ragged', offset, { found: cells.length, expected: width });
    }
    return bare;
  }

  fail(reason: string, offset: number, values: Record<string, string | number>): never {
    throw errorAt(this.pasted, offset, reason, values);
  }
}

/** The sizes of the further dimensions, the last one first; the first index runs fastest. */
export function pageSizes(pasted: PastedText, pages: JoinedPage[]): number[] {
  const dimensions = pages[0]?.index.length ?? 0;
  if (pages.length === 1) return [];
  if (dimensions === 0 && pages.every(({ index }) => index.length === 0)) return [pages.length];
  const names = Array.from({ length: dimensions }, (_, d) => [
    ...new Set(pages.map(({ index }) => index[d] ?? '')),
  ]);
  for (const [k, { index, offset }] of pages.entries()) {
    let rest = k;
    const expected = names.map((each, d) => {
      const at = rest % each.length;
      rest = Math.floor(rest / each.length);
      return /^\d+$/.test(index[d] ?? '') ? String(at + 1) : (each[at] ?? '');
    });
    if (index.join() !== expected.join() || rest > 0)
      throw errorAt(pasted, offset, 'sequence', { found: index.join(), expected: expected.join() });
  }
  const sizes = names.map(({ length }) => length);
  const count = sizes.reduce((product, size) => product * size, 1);
  if (count !== pages.length)
    throw errorAt(pasted, pages.at(-1)?.offset ?? 0, 'ragged', { found: pages.length, expected: count });
  return sizes.reverse();
}
