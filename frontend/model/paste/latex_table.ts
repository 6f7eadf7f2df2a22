/** A matrix or a tabular in LaTeX as a table: a tab between cells, a line for each row. Pure. */

import type { PastedText } from '../number_syntax.ts';
import { blank } from './comments.ts';

export function isLatex(text: string) {
  return /\\begin\s*\{/.test(text) || (text.includes('&') && text.includes('\\\\'));
}

/** A bar makes a determinant. */
const MATRIX = String.raw`(?:[pbB]?matrix|smallmatrix|array|tabular)\*?`;
/** What may stand before and after the cells; blanks squeezed. */
const HEAD = new RegExp(
  [
    String.raw`^(?:\$\$?|\\\[|\\\()? ?(?:[A-Za-z\\][\w\\{}^]{0,40} ?= ?)?(?:\\left ?[[(.])? ?`,
    String.raw`\\begin ?\{(${MATRIX})\}(?: ?\{[^}\d]{0,40}\}| ?\[[^\]]{0,40}\]){0,2}`,
  ].join(''),
);
const TAIL = /^\\end ?\{[a-zA-Z]{1,20}\*?\} ?(?:\\right ?[\])}.])? ?[.,;]? ?(?:\$\$?|\\\]|\\\))?$/;
const SIGNED = String.raw`\s{0,9}(-?)\s{0,9}(\d+(?:\.\d*)?)\s{0,9}`;
/** Not after a number or a brace: 2\frac{1}{2} is a mixed number or a product. */
const FRACTION = new RegExp(
  String.raw`(?<![\d.}] {0,9})\\[cdt]?frac\s{0,9}(?:\{${SIGNED}\}\s{0,9}\{${SIGNED}\}|(\d)\s{0,9}(\d))`,
  'g',
);
const ROW_END = /\\\\(?: {0,9}\[[^\]]{0,40}\])?/g;
const BLANKS =
  /\\(?:hline|cline\{[\d-]{0,9}\}|(?:top|mid|bottom)rule|q?quad|displaystyle|phantom\{[^}]{0,40}\}|[,;:! ])/g;

/** A tabular may have names in its first row and column, a matrix has none. */
export interface LatexTable {
  pasted: PastedText;
  hasNames: boolean;
}

export function latexToTable({ source, plain }: PastedText): LatexTable {
  const head = headOf(plain);
  const withoutHead = blank(plain.slice(0, head.length)) + plain.slice(head.length);
  const tail = tailOf(withoutHead);
  const table = (withoutHead.slice(0, withoutHead.length - tail.length) + blank(tail))
    .replace(/[\n\t]/g, ' ')
    .replace(ROW_END, (found) => '\n'.padEnd(found.length))
    .replace(FRACTION, fraction)
    .replace(BLANKS, blank)
    .replace(/[{}$]/g, ' ')
    .replaceAll('&', '\t');
  return { pasted: { source, plain: table }, hasNames: head.name === 'tabular' };
}

/** How many characters come before the first cell, and the name of the environment. */
function headOf(text: string) {
  const indent = text.length - text.trimStart().length;
  const squeezed = squeeze(text.slice(indent, indent + 400));
  const found = HEAD.exec(squeezed.text);
  return found
    ? { length: indent + (squeezed.places[found[0].length] ?? 0), name: found[1] ?? '' }
    : { length: 0, name: '' };
}

/** What follows the last cell. */
function tailOf(text: string) {
  const start = text.lastIndexOf('\\end');
  return start >= 0 && TAIL.test(squeeze(text.slice(start).trimEnd()).text) ? text.slice(start) : '';
}

/** Each run of blanks as one, and where each character stood. */
function squeeze(text: string) {
  const places: number[] = [];
  const squeezed = text.replace(/\s+|[^\s]/g, (found: string, offset: number) => {
    places.push(offset);
    return found.trim() || ' ';
  });
  return { text: squeezed, places: [...places, text.length] };
}

function fraction(found: string, ...groups: string[]) {
  const [sign = '', above, otherSign = '', below, a, b] = groups;
  return `${sign === otherSign ? '' : '-'}${above ?? a}/${below ?? b}`.padEnd(found.length);
}
