/** Names of rows and columns around numbers: left out where they surely are names. Pure. */

import { parseNumber, reasonOf } from '../number_syntax.ts';

export interface Cell {
  text: string;
  offset: number;
  isQuoted: boolean;
}

/** offset: of its line. */
export interface Row {
  offset: number;
  scale: number;
  label: string;
  cells: Cell[];
}

const BARE_HEXADECIMAL = /^[\dA-Fa-f]{2}$/;
const WORD = /^["'*_]*[\p{L}_]/u;
/** Words that stand for values: what is missing, what is true, constants. */
const VALUE = /^(?:n\/?a|null|nil|none|nothing|missing|undefined|true|false|pi|\u03c0)$/iu;

export function isName({ text, isQuoted }: Cell) {
  if (isQuoted && text !== '' && Number.isNaN(parseNumber(text)) && !VALUE.test(text)) return true;
  return WORD.test(text) && !BARE_HEXADECIMAL.test(text) && !VALUE.test(text) && reasonOf(text) === 'text';
}

/** Rows without names around numbers; columns: how many a line above them counts; start: those before. */
export function withoutNames(rows: Row[], columns: number | null, start: number): Row[] {
  if (columns !== null)
    return rows.every(({ cells }) => cells.length === columns + 1) && startWithNames(rows)
      ? rows.map(takeLabel)
      : rows;
  const [head, ...body] = rows;
  if (!head || body.length === 0) return withoutQuotedNames(rows);
  const kind = kindOfHead(head, body, start);
  if (kind === 'index') return body.map(takeLabel);
  return withoutQuotedNames(kind === 'columns' ? body : rows);
}

function startWithNames(rows: Row[]) {
  return rows.every(({ cells: [first] }) => first && isName(first));
}

/** Whether the first cells alone are quoted, as R writes the numbers of rows. */
function startQuoted(rows: Row[]) {
  return rows.every(({ cells }) => cells.every(({ isQuoted }, k) => isQuoted === (k === 0)));
}

function withoutQuotedNames(rows: Row[]) {
  const areNamed = rows.every(
    ({ cells: [first, ...rest] }) => first?.isQuoted && isName(first) && rest.length > 0,
  );
  return areNamed ? rows.map(takeLabel) : rows;
}

function takeLabel(row: Row): Row {
  const [first, ...cells] = row.cells;
  return { ...row, label: first?.text ?? '', cells };
}

/** Whether a row holds the names of the columns below it, and whether the first of these is an index. */
function kindOfHead(head: Row, body: Row[], start: number): 'columns' | 'index' | 'none' {
  const width = body[0]?.cells.length ?? 0;
  const [first, ...rest] = head.cells;
  if (!head.cells.every((cell) => cell.text === '' || isName(cell))) {
    const columns = first?.text === '' ? rest : head.cells;
    return columns.length === width - 1 && countsBoth(columns, body, start) ? 'index' : 'none';
  }
  if (head.cells.length === width)
    return first?.text === '' && rest.some(({ text }) => text !== '') ? 'index' : 'columns';
  const isIndexed =
    head.cells.length === width - 1 && (startWithNames(body) || startQuoted(body) || isAligned(head, body));
  return isIndexed ? 'index' : 'none';
}

/** The numbers of rows and columns that pandas prints: 0 1 2 … */
function countsBoth(columns: Cell[], body: Row[], start: number) {
  return (
    columns.every(({ text }, k) => text === String(start + k)) &&
    body.every(({ cells }, k) => cells[0]?.text === String(k))
  );
}

/** Whether each name ends where the numbers below it end, as R and pandas print them. */
function isAligned(head: Row, body: Row[]) {
  const endOf = (row: Row, k: number) => {
    const cell = row.cells[k];
    return cell ? cell.offset + cell.text.length - row.offset : 0;
  };
  return head.cells.every((_, k) => {
    const ends = body.map((row) => endOf(row, k + 1));
    return endOf(head, k) === ends.reduce((most, end) => Math.max(most, end), 0);
  });
}
