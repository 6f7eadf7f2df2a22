/** Numbers in rows: of a spreadsheet, a Markdown table, or what R, MATLAB, Julia or pandas print. Pure. */

import type { NumberBlock, PastedText } from '../number_syntax.ts';
import { errorAt, parseNumber, reasonOf } from '../number_syntax.ts';
import type { Cell, Row } from './table_labels.ts';
import type { RowLine, TableLine } from './table_lines.ts';
import type { JoinedPage } from './table_pages.ts';
import { PageCollector, pageSizes } from './table_pages.ts';

/** separator: what stands between cells, if known; hasNames: whether rows and columns may have names. */
export interface TableForm {
  separator?: string;
  hasNames: boolean;
}

/** Rows of a spreadsheet; empty lines stand between channels. */
export function parseTable(pasted: PastedText, given: TableLine[], form: TableForm): NumberBlock {
  let lines = given;
  let separator = form.separator ?? separatorOf(lines);
  // Rows of MATLAB without brackets: 1 2; 3 4.
  if (separator === ';' && rowsOf(lines).some(({ text }) => /[^\s;][ \t]+[^\s;]/.test(text))) {
    lines = lines.flatMap<TableLine>((line) => (line.kind === 'row' ? rowsAtSemicolons(line) : [line]));
    separator = separatorOf(lines);
  }
  const collector = new PageCollector(pasted, form.hasNames, (line) => splitCells(line, separator));
  for (const line of lines) collector.take(line);
  return stackPages(pasted, collector.joined(), separator);
}

function rowsOf(lines: TableLine[]) {
  return lines.filter((line) => line.kind === 'row');
}

function rowsAtSemicolons(line: RowLine): RowLine[] {
  return splitCells(line, ';').map(({ text, offset }) => ({ ...line, text, offset }));
}

function separatorOf(lines: TableLine[]) {
  const rows = rowsOf(lines);
  return ['|', '\t', ';', ','].find((character) => rows.some(({ text }) => text.includes(character))) ?? ' ';
}

function splitCells({ text, offset: start }: RowLine, separator: string): Cell[] {
  if (separator === ' ')
    return [...text.matchAll(/"[^"\n]*"|\S+/g)].map(({ 0: found, index }) => cellOf(found, start + index));
  let end = start - 1;
  const cells = text.split(separator).map((raw) => {
    const offset = end + 1 + raw.length - raw.trimStart().length;
    end += raw.length + 1;
    return cellOf(raw.trim(), offset);
  });
  const isEmpty = (cell?: Cell) => cells.length > 1 && cell?.text === '' && !cell.isQuoted;
  const first = separator === '|' && isEmpty(cells[0]) ? 1 : 0;
  return cells.slice(first, isEmpty(cells.at(-1)) ? -1 : undefined);
}

/** Without quotes, the marks of code, or those of bold letters. */
function cellOf(found: string, offset: number): Cell {
  const quoted = /^(["'])(.*)\1$/.exec(found);
  const marked = /^(``?|\*\*|__)([^`*_]+)\1$/.exec(found);
  return { text: (quoted ?? marked)?.[2]?.trim() ?? found, offset, isQuoted: quoted !== null };
}

function stackPages(pasted: PastedText, pages: JoinedPage[], separator: string): NumberBlock {
  const data: number[] = [];
  for (const { rows } of pages)
    for (const row of rows) for (const cell of row.cells) data.push(parseCell(pasted, cell, separator, row));
  const [height, width] = [pages[0]?.rows.length ?? 0, pages[0]?.rows[0]?.cells.length ?? 0];
  for (const { rows } of pages) {
    const ragged = rows.find(({ cells }) => cells.length !== width);
    const [found, expected] = ragged ? [ragged.cells.length, width] : [rows.length, height];
    if (found !== expected)
      throw errorAt(pasted, (ragged ?? rows[0])?.offset ?? 0, 'ragged', { found, expected });
  }
  const shape = [...pageSizes(pasted, pages), height, width];
  for (const page of pages) checkSizes(pasted, page, shape);
  return { shape, data };
}

/** Holds the rows and columns that are there against the sizes that were printed. */
function checkSizes(pasted: PastedText, { sizes, offset }: JoinedPage, shape: number[]) {
  if (sizes.length === 0) return;
  const [height = 0, width = 1, ...pages] = sizes;
  const [rows, columns] = shape.slice(-2);
  // Pages that are printed one by one have sizes of their own.
  const expected = [...(pages.length > 0 ? pages.reverse() : shape.slice(0, -2)), height, width];
  if (expected.join() === shape.join() || (sizes.length === 1 && rows === 1 && columns === height)) return;
  throw errorAt(pasted, offset, 'shape', { found: shape.join('×'), expected: sizes.join('×') });
}

function parseCell(pasted: PastedText, { text, offset }: Cell, separator: string, { scale }: Row): number {
  const value = parseNumber(separator === ';' ? text.replace(',', '.') : text);
  if (Number.isNaN(value)) throw errorAt(pasted, offset, reasonOf(text), { found: text });
  // The product has no more digits than were printed.
  return scale === 1 ? value : Number((value * scale).toPrecision(15));
}
