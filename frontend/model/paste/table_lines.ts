/** The lines of a printed table: rows of numbers, and what programs print between them. Pure. */

import type { PastedText } from '../number_syntax.ts';
import { blank } from './comments.ts';

/** A row: its label, by which factor its numbers are printed, whether it goes on with the one before. */
export interface RowLine {
  kind: 'row';
  text: string;
  offset: number;
  label: string;
  scale: number;
  continues: boolean;
  /** Whether columns are left for another block, as pandas marks it. */
  wraps: boolean;
}

/**
 * `blank`: an empty line; `name`: of a matrix that begins; `label`: of a slice; `page`: a slice's indices, of
 * the third dimension and on; `columns`: the first and the last column below; `size`: of what is below.
 */
export interface MarkLine {
  kind: 'blank' | 'name' | 'label' | 'page' | 'columns' | 'size';
  offset: number;
  values: string[];
}

export type TableLine = RowLine | MarkLine;

const numbersIn = (text = ''): string[] => text.match(/\d+/g) ?? [];
/** `2×3 Matrix{Int64}:`, `2x3 single matrix`, `3-element Vector{Float64}:`. */
const SIZE = String.raw`(\d+(?:\s?[×x]\s?\d+)+|\d+(?=-element))(?:-element)?\s+`;
const SIZE_LINE = new RegExp(String.raw`^${SIZE}(?:[A-Za-z].*:|[a-zA-Z][\w ]*(?:matrix|array|vector))$`);
const SIZE_HEAD = new RegExp(String.raw`${SIZE}[A-Za-z][^\n]*:[ \t]*\n`, 'y');

/** A whole line without blanks around it, and what it says. */
const MARKS: [MarkLine['kind'], RegExp, (groups: string[]) => string[]][] = [
  ['name', /^([\p{L}_][\w.]*\s*=)$/u, ([, name = '']) => [name]],
  // ans(:,:,1) =, [:, :, 1, 2] =
  ['page', /^[\p{L}_][\w.]*\s*\(:,\s*:((?:,\s*\d+)+)\)\s*=$/u, ([, index]) => numbersIn(index)],
  ['page', /^\[:,\s*:((?:,\s*\d+)+)\]\s*=$/, ([, index]) => numbersIn(index)],
  // , , 1
  ['page', /^,\s*,\s*(\S.*)$/, ([, index = '']) => index.split(',').map((each) => each.trim())],
  ['size', SIZE_LINE, ([, sizes]) => numbersIn(sizes)],
  // [,1] [,2]
  ['columns', /^((?:\[,\d+\]\s*)+)$/, ([, columns]) => numbersIn(columns)],
  [
    'columns',
    /^Columns?\s+(\d+)(?:\s*(?:through|to|and|-)\s*(\d+))?:?$/,
    ([, from = '', to = from]) => [from, to],
  ],
  // channel 0:
  ['label', /^([\p{L}_][\p{L}\w .-]*):$/u, ([, label = '']) => [label]],
];
const SCALE = /^(\d(?:\.\d*)?[eE][+-]?\d+)\s*\*$/;
/** What MATLAB prints above one number, and Octave above some matrices. */
const CLASS = /^(?:single|double|u?int(?:8|16|32|64)|logical|(?:Diagonal|Permutation) Matrix)$/;
const MATRIX_BORDERS = /[\u239B-\u23A6]/g;
const R_LABEL = /^\s*\[(\d+)(,?)\](?=\s)/;
const LABEL = /^\s*[\p{L}_][\p{L}\w .-]*:\s+(?=\S)/u;
/** Of one row alone: of several, they are different things. */
const NAME = /^\s*[\p{L}_][\w.]*\s=\s+(?=\S)/u;

/** The size that a program prints above brackets. */
export function matchSizeLine(text: string, offset: number) {
  SIZE_HEAD.lastIndex = offset;
  const [found, sizes] = SIZE_HEAD.exec(text) ?? [];
  return found === undefined ? null : { length: found.length, sizes: numbersIn(sizes).map(Number) };
}

export function tableLines({ source, plain }: PastedText): TableLine[] {
  const lines: TableLine[] = [];
  let [offset, scale, filled] = [0, 1, 0];
  for (const raw of plain.split('\n')) {
    const start = offset;
    offset += raw.length + 1;
    const text = raw.replace(MATRIX_BORDERS, ' ');
    const bare = text.trim();
    // A line of a comment or a border is none; an empty line stands between slices.
    if (bare === '') {
      if (source.slice(start, offset - 1).trim() === '')
        lines.push({ kind: 'blank', offset: start, values: [] });
      continue;
    }
    const factor = SCALE.exec(bare)?.[1];
    const mark = matchMark(bare, start);
    if (/^(?:page|name|label)$/.test(mark?.kind ?? '') || factor) scale = Number(factor ?? 1);
    if (mark) lines.push(mark);
    else if (!factor && !CLASS.test(bare) && !isRule(bare, filled)) {
      lines.push({ ...rowOf(text, filled === 0), offset: start, scale });
      filled += 1;
    }
  }
  return lines;
}

function matchMark(bare: string, offset: number): MarkLine | null {
  for (const [kind, pattern, valuesOf] of MARKS) {
    const groups = pattern.exec(bare);
    if (groups) return { kind, offset, values: valuesOf(groups) };
  }
  return null;
}

/** Short dashes are a rule below the names of columns; further down they stand for what is missing. */
function isRule(bare: string, rows: number) {
  if (!/^[\s|+:=-]+$/.test(bare)) return false;
  const dashes = bare.split(/[\s|+:]+/).filter((run) => run !== '');
  const isFramed = /^[|+]|[|+]$/.test(bare);
  const least = rows === 1 && (isFramed || bare.includes('|')) ? 1 : rows === 1 ? 2 : 3;
  return dashes.length > 0 && dashes.every((run) => run.length >= least && /^(?:-+|=+)$/.test(run));
}

function rowOf(text: string, isFirst: boolean): Omit<RowLine, 'offset' | 'scale'> {
  const [label = '', index, comma] =
    R_LABEL.exec(text) ?? LABEL.exec(text) ?? (isFirst ? NAME.exec(text) : null) ?? [];
  const wraps = /\s\\\s*$/.test(text);
  const cells = blank(label) + text.slice(label.length);
  return {
    kind: 'row',
    text: wraps ? cells.replace(/\\(?=\s*$)/, ' ') : cells,
    label: label.trim(),
    continues: comma === '' && index !== undefined && index !== '1',
    wraps,
  };
}
