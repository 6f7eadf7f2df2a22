/** Numbers in rows: of a spreadsheet, a Markdown table, or what R, MATLAB, Julia or pandas print. Pure. */

import type { NumberBlock, PastedText } from './number_syntax.ts';
import { errorAt, parseNumber, reasonOf } from './number_syntax.ts';
import { blank } from './paste_cleaning.ts';

/** A line of a table: where it begins, by which factor its numbers are printed, whether its row goes on. */
interface Line {
  text: string;
  offset: number;
  scale: number;
  continues: boolean;
}

interface Cell {
  text: string;
  offset: number;
}

interface Row {
  offset: number;
  scale: number;
  cells: Cell[];
}

const RULE = /^[\s|+:=-]*-{2,}[\s|+:=-]*$/;
/** `A =`, `ans(:,:,1) =`, `[:, :, 1] =`, `, , 1`, `2×2 Matrix{Int64}:`, `channel 0:`: a slice begins. */
const HEAD = new RegExp(
  [
    String.raw`^\s*(?:[\p{L}_][\w.]*\s*(?:\([:,\s\d]*\))?\s*=`,
    String.raw`\[:,\s*:,\s*\d+\]\s*=`,
    String.raw`,\s*,\s*\S.*`,
    String.raw`\d+(?:[×x]\d+)*(?:-element)?\s+[A-Z]\w*(?:\{.*\})?:`,
    String.raw`[\p{L}_][\p{L}\w .\-]*:)\s*$`,
  ].join('|'),
  'u',
);
const R_COLUMNS = /^\s*(?:\[,\d+\]\s*)+$/;
const R_LABEL = /^\s*\[(\d+)(,?)\](?=\s)/;
/** `row 1: `, `x = `. */
const LABEL = /^\s*[\p{L}_][\p{L}\w .-]*(?::|\s=)\s+(?=\S)/u;
const SCALE = /^\s*(\d(?:\.\d*)?[eE][+-]?\d+)\s*\*\s*$/;
const MATRIX_BORDERS = /[\u239B-\u23A6]/g;
const BARE_HEXADECIMAL = /^[\dA-Fa-f]{2}$/;
const WORD = /^["'*_]*[\p{L}_]/u;

export function tableLines({ source, plain }: PastedText): Line[] {
  const lines: Line[] = [];
  let [offset, scale] = [0, 1];
  const separate = (at: number) => lines.push({ text: '', offset: at, scale, continues: false });
  for (const raw of plain.split('\n')) {
    const start = offset;
    offset += raw.length + 1;
    const text = raw.replace(MATRIX_BORDERS, ' ');
    const factor = SCALE.exec(text)?.[1];
    if (factor) scale = Number(factor);
    if (factor || RULE.test(text) || R_COLUMNS.test(text)) continue;
    // A line of a comment or a border is none; an empty line stands between slices.
    if (text.trim() === '') {
      if (source.slice(start, offset - 1).trim() === '') separate(start);
    } else if (HEAD.test(text)) separate(start);
    else lines.push({ ...withoutLabel(text), offset: start, scale });
  }
  return lines;
}

function withoutLabel(text: string) {
  const [label = '', index, comma] = R_LABEL.exec(text) ?? LABEL.exec(text) ?? [];
  const continues = comma === '' && index !== '1';
  return { text: blank(label) + text.slice(label.length), continues };
}

/** Rows of a spreadsheet; empty lines stand between channels. */
export function parseTable(pasted: PastedText, given: Line[]): NumberBlock {
  let lines = given;
  let separator = separatorOf(lines);
  // Rows of MATLAB without brackets: 1 2; 3 4.
  if (separator === ';' && lines.some(({ text }) => /[^\s;][ \t]+[^\s;]/.test(text))) {
    lines = lines.flatMap((line) =>
      splitCells(line.text, line.offset, ';').map((cell) => ({ ...line, ...cell })),
    );
    separator = separatorOf(lines);
  }
  const slices: Row[][] = [[]];
  for (const line of lines) {
    const cells = splitCells(line.text, line.offset, separator);
    const rows = slices.at(-1);
    if (line.text.trim() === '') slices.push([]);
    else if (line.continues && rows?.length) rows.at(-1)?.cells.push(...cells);
    else rows?.push({ offset: line.offset, scale: line.scale, cells });
  }
  const filled = slices.filter((rows) => rows.length > 0);
  return stackSlices(pasted, filled.map(withoutLabels), separator);
}

function separatorOf(lines: Line[]) {
  return ['|', '\t', ';', ','].find((character) => lines.some(({ text }) => text.includes(character))) ?? ' ';
}

function splitCells(line: string, start: number, separator: string): Cell[] {
  let end = start - 1;
  const cells = line.split(separator).map((raw) => {
    const offset = end + 1 + raw.length - raw.trimStart().length;
    end += raw.length + 1;
    return { text: raw.trim(), offset };
  });
  if (separator === ' ') return cells.filter(({ text }) => text !== '');
  const isEmpty = (cell?: Cell) => cells.length > 1 && cell?.text === '';
  const first = separator === '|' && isEmpty(cells[0]) ? 1 : 0;
  return cells.slice(first, isEmpty(cells.at(-1)) ? -1 : undefined);
}

/** Without names of columns in the first row, and names of rows in the first column. */
function withoutLabels(rows: Row[]): Row[] {
  const [head, ...body] = rows;
  const width = body[0]?.cells.length ?? 0;
  if (head && body.length > 0 && isHead(head, body)) {
    const [first, ...rest] = head.cells;
    const hasIndex =
      head.cells.length < width || (first?.text === '' && rest.some(({ text }) => text !== ''));
    return hasIndex ? body.map(dropFirst) : withoutRowLabels(body);
  }
  return withoutRowLabels(rows);
}

function withoutRowLabels(rows: Row[]): Row[] {
  const isNumber = ({ text }: Cell) => !Number.isNaN(parseNumber(text));
  const areLabelled = rows.every(
    ({ cells: [first, ...rest] }) => first && isLabel(first) && rest.some(isNumber),
  );
  return areLabelled ? rows.map(dropFirst) : rows;
}

/** Whether a row holds the names of the columns of the others, or their numbers as pandas prints them. */
function isHead({ cells }: Row, body: Row[]) {
  const width = body[0]?.cells.length ?? 0;
  if (cells.every((cell) => cell.text === '' || isLabel(cell)))
    return cells.length === width || cells.length === width - 1;
  const counts = (values: (string | undefined)[]) => values.every((text, k) => text === String(k));
  const indices = body.map((row) => row.cells[0]?.text);
  return cells.length === width - 1 && counts(cells.map(({ text }) => text)) && counts(indices);
}

function isLabel({ text }: Cell) {
  return WORD.test(text) && !BARE_HEXADECIMAL.test(text) && reasonOf(text) === 'text';
}

function dropFirst(row: Row): Row {
  return { ...row, cells: row.cells.slice(1) };
}

function stackSlices(pasted: PastedText, slices: Row[][], separator: string): NumberBlock {
  const values = slices.map((rows) =>
    rows.map(({ cells, scale }) => cells.map((cell) => parseCell(pasted, cell, separator, scale))),
  );
  const [height, width] = [values[0]?.length ?? 0, values[0]?.[0]?.length ?? 0];
  for (const rows of slices) {
    const ragged = rows.find(({ cells }) => cells.length !== width);
    const [found, expected] = ragged ? [ragged.cells.length, width] : [rows.length, height];
    if (found !== expected)
      throw errorAt(pasted, (ragged ?? rows[0])?.offset ?? 0, 'ragged', { found, expected });
  }
  const shape = slices.length > 1 ? [slices.length, height, width] : [height, width];
  return { shape, data: values.flat(2) };
}

function parseCell(pasted: PastedText, cell: Cell, separator: string, scale: number): number {
  const bare = /^"(.*)"$/.exec(cell.text)?.[1] ?? cell.text;
  const value = parseNumber(separator === ';' ? bare.replace(',', '.') : bare);
  if (Number.isNaN(value)) throw errorAt(pasted, cell.offset, reasonOf(bare), { found: bare });
  // The product has no more digits than were printed.
  return scale === 1 ? value : Number((value * scale).toPrecision(15));
}
