/** Numbers in brackets: lists of Python, JSON, NumPy, C, Mathematica; rows of MATLAB and Julia. Pure. */

import type { NumberBlock, PastedText } from './number_syntax.ts';
import { errorAt, matchAt, NUMBER, PasteError, reasonOf, toNumber } from './number_syntax.ts';

/** Deeper lists are no tensor of a layer. */
const MAX_DIMENSIONS = 4;
/** NumPy breaks a row where the next number would not fit into 75 columns, the bracket included. */
const NUMPY_WIDTH = 74;

const CLOSING: Record<string, string> = { '[': ']', '(': ')', '{': '}' };
/** Brackets, and calls of R that are lists. */
const OPENING = /(?:c|rbind|list)\s*\(|[[({]/y;
const WORD = /[^\s,;[\](){}]+/y;
/** `x = `, `float k[2][2] = `, `let k: [[f32; 2]; 2] = `, `A(:,:,1) = `. */
const DECLARATION = /\s*[\p{L}_$][^=\n"'()]*?(?:\([:,\s\d]*\))?\s*:?=(?!=)\s*/uy;
const NAME = String.raw`[A-Za-z_][\w.:<>]*\s*`;
/** `Parameter containing:`, `np.array(`, `MatrixForm[`, `new int[][] `, `Float32` before a bracket … */
const CALL = new RegExp(
  [
    String.raw`\s*(?:Parameter containing:\s*|<tf\.Tensor:[^[]*numpy=|new\s+`,
    String.raw`(?!(?:c|rbind|list)\s*\()${NAME}(?:\(|\[(?=\s*\{))`,
    String.raw`vec!|[A-Z]\w*(?=\[)|${NAME}(?:\[[\d,\s]*\]\s*)*(?=\{))`,
  ].join('|'),
  'y',
);
const VALUE = String.raw`<[^>]*>|'[^']*'|"[^"]*"|(?:[\w.]+\s*)?\([^()]*\)|[a-z_][\w.]*`;
const NAMED = String.raw`[a-z_]\w*\s*=\s*(?:${VALUE})`;
/** `, dtype=torch.float64, grad_fn=<AddBackward0>` after the last one. */
const TAIL = new RegExp(String.raw`(?:\s*,\s*(?:${NAMED}|[a-z_][\w.]*(?![\w.])(?!\s*[=(])))*\s*,?\s*`, 'iy');
const SHAPE = /\b(?:shape|dim|size)\s*=\s*\w*\(([\d,\s]*)\)/i;
const MEMBER = String.raw`["']\w+["']\s*:\s*(?:"[^"]*"|\[[\d,\s]*\]|[\w.+-]+)`;
/** The API's own `{"data": …}`. */
const DATA_HEAD = new RegExp(String.raw`\s*\{(?:\s*${MEMBER}\s*,)*?\s*["']data["']\s*:\s*`, 'y');
const DATA_TAIL = new RegExp(String.raw`(?:\s*,\s*${MEMBER})*\s*\}`, 'y');

/** Between two items: how many come before, where, where its neighbours begin, and which separator it is. */
interface Break {
  count: number;
  offset: number;
  last: number;
  next: number;
  kind: 'line' | 'row' | 'slice';
}

export class NestedListParser {
  readonly pasted: PastedText;
  readonly text: string;
  readonly data: number[] = [];
  offset = 0;
  shape: number[] = [];
  /** Characters of the longest number. */
  widest = 0;
  /** Where the last number begins. */
  last = 0;

  constructor(pasted: PastedText) {
    this.pasted = pasted;
    this.text = pasted.plain;
  }

  parse(): NumberBlock {
    const isData = this.skip(DATA_HEAD) !== '';
    if (!isData) this.skip(DECLARATION);
    const calls: string[] = [];
    for (let head = this.skip(CALL); head !== ''; head = this.skip(CALL))
      if (/[([]$/.test(head)) calls.push(head.at(-1) ?? '');
    this.skip(/\s*/y);
    // A tuple of lists looks like a call without a name, and is read as one.
    if (!matchAt(OPENING, this.text, this.offset)) this.fail('text', { found: this.word() });
    this.list(0);
    for (const bracket of calls.reverse()) this.endCall(CLOSING[bracket] ?? ')');
    if (isData && this.skip(DATA_TAIL) === '') this.fail('after', { found: this.word() });
    this.skip(calls.length === 0 ? /[\s,;]*/y : /[\s;>]*/y);
    if (this.offset < this.text.length) this.fail('after', { found: this.word() });
    if (this.data.length === 0) throw new PasteError('empty');
    return { shape: this.shape, data: this.data };
  }

  /** depth: of lists around this one. */
  list(depth: number) {
    if (depth >= MAX_DIMENSIONS) this.fail('deep', { most: MAX_DIMENSIONS });
    const start = this.offset;
    const bracket = this.skip(OPENING).at(-1) ?? '';
    const breaks: Break[] = [];
    let [count, lists] = [0, 0];
    for (;;) {
      const gap = this.skip(/[\s,;]*/y);
      const next = this.text[this.offset];
      if (next === undefined) this.fail('open', { bracket }, start);
      if (next === CLOSING[bracket]) break;
      if (count > 0) breaks.push(...this.breakIn(gap, count));
      const isList = matchAt(OPENING, this.text, this.offset) !== '';
      if (isList ? count > lists : lists > 0) this.fail('mixed');
      if (isList) this.list(depth + 1);
      else this.number(depth);
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
    this.last = this.offset;
    this.offset += digits.length;
    this.widest = Math.max(this.widest, digits.length);
    this.data.push(value);
  }

  /** What follows the list inside a call, and the call's bracket. */
  endCall(closing: string) {
    const start = this.offset;
    const shape = SHAPE.exec(this.skip(TAIL));
    const sizes = shape?.[1]?.match(/\d+/g)?.join();
    if (sizes !== undefined && sizes !== this.shape.join())
      this.fail('after', { found: shape?.[0] ?? '' }, start + (shape?.index ?? 0));
    if (this.offset >= this.text.length) this.fail('open', { bracket: '(' });
    if (this.text[this.offset] !== closing) this.fail('after', { found: this.word() });
    this.offset += 1;
    this.skip(/\s*/y);
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
