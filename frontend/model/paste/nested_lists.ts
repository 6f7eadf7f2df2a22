/** Lists in lists, and rows of MATLAB and Julia in brackets. Pure. */

import type { PastedText } from '../number_syntax.ts';
import { errorAt, matchAt, NUMBER, reasonOf, toNumber } from '../number_syntax.ts';
import type { IntegerType } from './integer_types.ts';
import { isWithin } from './integer_types.ts';

/** Deeper lists are no tensor of a layer. */
const MAX_DIMENSIONS = 4;
/** NumPy breaks a row where the next number would not fit into 75 columns, the bracket included. */
const NUMPY_WIDTH = 74;

const CLOSING: Record<string, string> = { '[': ']', '(': ')', '{': '}' };
/** Brackets, and calls whose arguments are the items. */
const LISTS = String.raw`c|rbind|list|(?:list|(?:float|double|int)?[aA]rray)Of|(?:Arrays\.)?asList|List\.of`;
const OPENING = new RegExp(String.raw`(?:${LISTS})\s*\(|[[({]`, 'y');
const WORD = /[^\s,;[\](){}]+/y;

/** Between two items: how many come before, where, where its neighbours begin, and which separator it is. */
interface Break {
  count: number;
  offset: number;
  last: number;
  next: number;
  kind: 'line' | 'row' | 'slice';
}

export abstract class NestedListParser {
  readonly pasted: PastedText;
  readonly text: string;
  data: number[] = [];
  offset = 0;
  shape: number[] = [];
  /** What the numbers are declared as, if they are whole. */
  integerType: IntegerType | null = null;
  /** Characters of the longest number. */
  widest = 0;
  /** Where the last number begins. */
  last = 0;

  constructor(pasted: PastedText) {
    this.pasted = pasted;
    this.text = pasted.plain;
  }

  /** Whether a list, bare or in a call, begins at the offset. */
  abstract startsList(): boolean;

  /** Reads a list or a number, bare or in a call; depth: of lists around it. */
  abstract value(depth: number): void;

  opening() {
    return matchAt(OPENING, this.text, this.offset);
  }

  /** depth: of lists around this one. */
  list(depth: number) {
    if (depth >= MAX_DIMENSIONS) this.fail('deep', { most: MAX_DIMENSIONS });
    const start = this.offset;
    const opening = this.skip(OPENING);
    const bracket = opening.at(-1) ?? '';
    const breaks: Break[] = [];
    let [count, lists] = [0, 0];
    for (;;) {
      const gap = this.skip(/[\s,;]*/y);
      this.checkGap(gap, bracket, count);
      const next = this.text[this.offset];
      if (next === undefined) this.fail('open', { bracket }, start);
      if (next === CLOSING[bracket]) break;
      if (count > 0) breaks.push(...this.breakIn(gap, count));
      const isList = this.startsList();
      if (isList ? count > lists : lists > 0) this.fail('mixed');
      if (joinsOtherwise(opening, this.opening(), isList)) this.fail('call', { found: opening }, start);
      this.value(depth + 1);
      lists += Number(isList);
      count += 1;
    }
    this.offset += 1;
    if (count === 0) this.fail('emptyList', {}, start);
    const rows = lists === 0 ? this.rowBreaks(breaks, bracket === '[' && depth === 0) : [];
    if (rows.length > 0) this.shape = this.rowsShape(rows, count, start);
    else this.setSize(depth, count, start);
  }

  setSize(depth: number, count: number, start: number) {
    const expected = this.shape[depth] || count;
    if (expected !== count) this.fail('ragged', { found: count, expected }, start);
    this.shape[depth] = count;
  }

  /** Nothing is left out between two commas; in Mathematica, two numbers side by side are a product. */
  checkGap(gap: string, bracket: string, count: number) {
    const comma = gap.indexOf(',', count === 0 ? 0 : gap.indexOf(',') + 1);
    const isSecond = comma >= 0 && (count === 0 || comma > gap.indexOf(','));
    if (isSecond) this.fail('emptyCell', {}, this.offset - gap.length + comma);
    const isItem = /[\w.+-]/.test(this.text[this.offset] ?? '');
    const isProduct = bracket === '{' && count > 0 && isItem && !/[,;]/.test(gap);
    if (isProduct) this.fail('after', { found: this.word() });
  }

  /** gap: before the item at the offset, of which there are `count`. */
  breakIn(gap: string, count: number): Break[] {
    const semicolons = gap.replace(/[^;]/g, '').length;
    const next = this.offset;
    const offset = next - gap.length + Math.max(gap.indexOf(semicolons ? ';' : '\n'), 0);
    const place = { count, offset, last: this.last, next };
    if (semicolons === 2 || semicolons > 3) this.fail('text', { found: ';'.repeat(semicolons) }, offset);
    if (semicolons > 0) return [{ ...place, kind: semicolons === 3 ? 'slice' : 'row' }];
    return gap.includes('\n') && !gap.includes(',') ? [{ ...place, kind: 'line' }] : [];
  }

  /** What ends rows of numbers: semicolons, and ends of lines, unless NumPy has broken one long row. */
  rowBreaks(breaks: Break[], mayHaveRows: boolean): Break[] {
    const semicolon = breaks.find(({ kind }) => kind !== 'line');
    if (semicolon && !mayHaveRows) this.fail('text', { found: ';' }, semicolon.offset);
    return mayHaveRows && (semicolon || breaks.some((each) => this.hasRoom(each))) ? breaks : [];
  }

  /** Whether one more number would have fitted into a line, as NumPy pads them: the last one on its right. */
  hasRoom({ last }: Break) {
    const width = last - this.text.lastIndexOf('\n', last) - 1 + this.widest;
    return width + 1 + this.widest <= NUMPY_WIDTH;
  }

  rowsShape(breaks: Break[], count: number, start: number): number[] {
    const ends = [...breaks, { count, offset: start, kind: 'slice' }];
    const width = breaks[0]?.count ?? count;
    let [from, rows, height] = [0, 0, 0];
    for (const [k, end] of ends.entries()) {
      const place = k === 0 ? start : (breaks[k - 1]?.next ?? start);
      if (end.count - from !== width)
        this.fail('ragged', { found: end.count - from, expected: width }, place);
      [from, rows] = [end.count, rows + 1];
      if (end.kind !== 'slice') continue;
      height ||= rows;
      if (rows !== height) this.fail('ragged', { found: rows, expected: height }, place);
      rows = 0;
    }
    const slices = ends.filter(({ kind }) => kind === 'slice').length;
    return slices > 1 ? [slices, height, width] : [height, width];
  }

  /** Numbers stand at one depth only, which the first one decides. */
  number(depth: number) {
    if (this.data.length === 0) this.shape = Array(depth + 1).fill(0);
    else if (this.shape.length !== depth + 1) this.fail('mixed');
    const [digits, word] = [matchAt(NUMBER, this.text, this.offset), this.word()];
    const value = toNumber(digits);
    if (digits === '' || word !== digits || !Number.isFinite(value))
      this.fail(reasonOf(word), { found: word });
    if (isOctal(digits)) this.fail('octal', { found: word });
    this.checkWhole(value);
    this.last = this.offset;
    this.offset += digits.length;
    this.widest = Math.max(this.widest, digits.length);
    this.data.push(value);
  }

  checkWhole(value: number, type = this.integerType, offset = this.offset) {
    if (type && !isWithin(value, type.range))
      this.fail('whole', { found: `${value}`, type: type.name }, offset);
  }

  /** pattern: sticky. */
  skip(pattern: RegExp) {
    const found = matchAt(pattern, this.text, this.offset);
    this.offset += found.length;
    return found;
  }

  word() {
    return matchAt(WORD, this.text, this.offset) || (this.text[this.offset] ?? '');
  }

  fail(reason: string, values: Record<string, string | number> = {}, offset = this.offset): never {
    throw errorAt(this.pasted, offset, reason, values);
  }
}

/** R's c() makes one list of several, and its rbind() rows of lists alone. */
function joinsOtherwise(opening: string, inner: string, isList: boolean) {
  if (/^c\b/.test(opening)) return isList;
  return /^rbind\b/.test(opening) && !/^c\b/.test(inner);
}

/** C reads 010 as 8, and others as 10. */
function isOctal(digits: string) {
  const found = /^[+-]?(0[0-7_]*)(?![\d.eE])/.exec(digits)?.[1]?.replaceAll('_', '') ?? '';
  return Number.parseInt(found, 8) !== Number.parseInt(found, 10) && found !== '';
}
