/** Text -> numbers: what a spreadsheet, NumPy, torch, JSON or Python puts on the clipboard. Pure. */

export interface NumberBlock {
  shape: number[];
  data: number[];
}

type Values = Record<string, string | number>;

/** A text that is not a block of numbers; reason: a key below `paste.`; values: of its placeholders. */
export class PasteError extends Error {
  readonly reason: string;
  readonly values: Values;

  constructor(reason: string, values: Values = {}) {
    super(`${reason} ${JSON.stringify(values)}`);
    this.name = 'PasteError';
    this.reason = reason;
    this.values = values;
  }
}

/** Letters of a wrong word that a message repeats. */
const QUOTED = 20;

/** Deeper lists are no tensor of a layer. */
const MAX_DIMENSIONS = 4;

const MINUS_SIGNS = /[\u2212\u2010-\u2014\uFE63\uFF0D]/g;
const NUMBER = /[+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const WORD = /[^\s,;[\](){}]+/y;
const NOT_FINITE = /^[+-]?(?:nan|inf|infinity)$/i;
const ELLIPSIS = /\.\.\.|\u2026/y;
const COMPLEX = /^[+-]?[\d.]*[ij]$/i;
/** `X = `, `Parameter containing:`, `np.array(`, `tensor(` … before the first bracket. */
const HEAD = /^\s*(?:[A-Za-z_]\w*\s*=\s*)?(?:Parameter containing:\s*)?((?:[A-Za-z_][\w.]*\s*\(\s*)*)/;
const VALUE = String.raw`<[^>]*>|'[^']*'|"[^"]*"|(?:[\w.]+\s*)?\([^()]*\)|[a-z_][\w.]*`;
/** `, dtype=torch.float64, grad_fn=<AddBackward0>` after the last one. */
const TAIL = new RegExp(String.raw`(?:\s*,\s*(?:[a-z_]\w*\s*=\s*)?(?:${VALUE}))*\s*,?\s*`, 'iy');

/** What a sticky pattern matches at an offset, or nothing. */
function matchAt(pattern: RegExp, text: string, offset: number) {
  pattern.lastIndex = offset;
  return pattern.exec(text)?.[0] ?? '';
}

/** One number as people write it, or NaN. */
export function parseNumber(text: string) {
  const plain = text.trim().replace(MINUS_SIGNS, '-');
  if (plain === '' || matchAt(NUMBER, plain, 0) !== plain) return NaN;
  const value = Number(plain.replaceAll('_', ''));
  return Number.isFinite(value) ? value : NaN;
}

/** Throws PasteError that says where. */
export function parseNumberBlock(text: string): NumberBlock {
  const plain = text
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .replace(MINUS_SIGNS, '-')
    .replace(/[\u00A0\u2007\u202F]/g, ' ');
  if (plain.trim() === '') throw new PasteError('empty');
  return /[[({]/.test(plain) ? new NestedListParser(plain).parse() : parseTable(plain);
}

function errorAt(text: string, offset: number, reason: string, values: Values = {}) {
  const before = text.slice(0, offset);
  const place = { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
  return new PasteError(reason, { ...values, ...place });
}

/** Lists within lists, or tuples, with commas or without. */
class NestedListParser {
  readonly text: string;
  readonly data: number[] = [];
  offset = 0;
  shape: number[] = [];

  constructor(text: string) {
    this.text = text;
  }

  parse(): NumberBlock {
    const head = HEAD.exec(this.text);
    this.offset = head?.[0].length ?? 0;
    const calls = (head?.[1] ?? '').split('(').length - 1;
    // A tuple of lists looks like a call without a name, and is read as one.
    if (!'[('.includes(this.text[this.offset] ?? ' ')) this.fail('text', { found: this.word() });
    this.list(0);
    for (let k = 0; k < calls; k++) this.endCall();
    this.skip(calls === 0 ? /[\s,;]*/y : /\s*/y);
    if (this.offset < this.text.length) this.fail('after', { found: this.word() });
    if (this.data.length === 0) throw new PasteError('empty');
    return { shape: this.shape, data: this.data };
  }

  /** depth: of lists around this one. */
  list(depth: number) {
    if (depth >= MAX_DIMENSIONS) this.fail('deep', { most: MAX_DIMENSIONS });
    const start = this.offset;
    const closing = this.text[start] === '[' ? ']' : ')';
    this.offset += 1;
    let [count, lists] = [0, 0];
    for (;;) {
      this.skip(/[\s,]*/y);
      const next = this.text[this.offset];
      if (next === undefined) this.fail('open', { bracket: this.text[start] ?? '' }, start);
      if (next === closing) break;
      const isList = next === '[' || next === '(';
      if (isList ? count > lists : lists > 0) this.fail('mixed');
      if (isList) this.list(depth + 1);
      else this.number(depth);
      lists += Number(isList);
      count += 1;
    }
    this.offset += 1;
    if (count === 0) this.fail('emptyList', {}, start);
    const expected = this.shape[depth] || count;
    if (expected !== count) this.fail('ragged', { found: count, expected }, start);
    this.shape[depth] = count;
  }

  /** Numbers stand at one depth only, which the first one decides. */
  number(depth: number) {
    if (this.data.length === 0) this.shape = Array(depth + 1).fill(0);
    else if (this.shape.length !== depth + 1) this.fail('mixed');
    if (matchAt(ELLIPSIS, this.text, this.offset)) this.fail('elided');
    const [digits, word] = [matchAt(NUMBER, this.text, this.offset), this.word()];
    const value = Number(digits.replaceAll('_', ''));
    if (NOT_FINITE.test(word) || !Number.isFinite(value)) this.fail('notFinite', { found: word });
    if (digits === '' || word !== digits)
      this.fail(COMPLEX.test(word.slice(digits.length)) ? 'complex' : 'text', { found: word });
    this.offset += digits.length;
    this.data.push(value);
  }

  /** What follows the list inside a call, and the call's bracket. */
  endCall() {
    this.skip(TAIL);
    if (this.offset >= this.text.length) this.fail('open', { bracket: '(' });
    if (this.text[this.offset] !== ')') this.fail('after', { found: this.word() });
    this.offset += 1;
    this.skip(/\s*/y);
  }

  /** pattern: sticky. */
  skip(pattern: RegExp) {
    this.offset += matchAt(pattern, this.text, this.offset).length;
  }

  word() {
    return (matchAt(WORD, this.text, this.offset) || (this.text[this.offset] ?? '')).slice(0, QUOTED);
  }

  fail(reason: string, values?: Values, offset = this.offset): never {
    throw errorAt(this.text, offset, reason, values);
  }
}

interface Piece {
  text: string;
  offset: number;
}

interface Row {
  offset: number;
  values: number[];
}

/** Rows of a spreadsheet; empty lines stand between channels. */
function parseTable(text: string): NumberBlock {
  const separator = ['\t', ';', ','].find((character) => text.includes(character)) ?? ' ';
  const slices: Row[][] = [[]];
  let offset = 0;
  for (const line of text.split('\n')) {
    if (line.trim() === '') slices.push([]);
    else {
      const values = splitRow(line, offset, separator).map((piece) => parseCell(text, piece, separator));
      slices.at(-1)?.push({ offset, values });
    }
    offset += line.length + 1;
  }
  return stackSlices(
    text,
    slices.filter((rows) => rows.length > 0),
  );
}

function splitRow(line: string, start: number, separator: string): Piece[] {
  let end = start - 1;
  const pieces = line.split(separator).map((raw) => {
    const offset = end + 1 + raw.length - raw.trimStart().length;
    end += raw.length + 1;
    return { text: raw.trim(), offset };
  });
  if (separator === ' ') return pieces.filter(({ text }) => text !== '');
  return pieces.length > 1 && pieces.at(-1)?.text === '' ? pieces.slice(0, -1) : pieces;
}

function parseCell(text: string, piece: Piece, separator: string): number {
  const bare = /^"(.*)"$/.exec(piece.text)?.[1] ?? piece.text;
  const value = parseNumber(separator === ';' ? bare.replace(',', '.') : bare);
  if (!Number.isNaN(value)) return value;
  throw errorAt(text, piece.offset, reasonOf(bare), { found: bare.slice(0, QUOTED) });
}

/** Why a cell is no number. */
function reasonOf(cell: string) {
  if (cell === '') return 'emptyCell';
  if (NOT_FINITE.test(cell) || matchAt(NUMBER, cell, 0) === cell) return 'notFinite';
  if (matchAt(ELLIPSIS, cell, 0) === cell) return 'elided';
  return /^[+-]?\d+,\d+$/.test(cell) ? 'comma' : 'text';
}

function stackSlices(text: string, slices: Row[][]): NumberBlock {
  const [height, width] = [slices[0]?.length ?? 0, slices[0]?.[0]?.values.length ?? 0];
  for (const rows of slices) {
    const ragged = rows.find(({ values }) => values.length !== width);
    const [found, expected] = ragged ? [ragged.values.length, width] : [rows.length, height];
    if (found !== expected)
      throw errorAt(text, (ragged ?? rows[0])?.offset ?? 0, 'ragged', { found, expected });
  }
  const data = slices.flatMap((rows) => rows.flatMap(({ values }) => values));
  return { shape: slices.length > 1 ? [slices.length, height, width] : [height, width], data };
}
