/**
 * Text -> numbers: what a spreadsheet, NumPy, torch, JSON or Python puts on the clipboard. And where such a
 * block goes in a tensor. Pure.
 */

export interface NumberBlock {
  shape: number[];
  data: number[];
}

/** Line and column count from 1. */
interface TextPosition {
  line: number;
  column: number;
  offset: number;
}

export interface CellRegion {
  kind: 'region';
  cells: { index: number[]; value: number }[];
}

export interface WholeTensor {
  kind: 'whole';
  shape: number[];
}

/** A text that is not a block of numbers. `reason` is a key below `paste.`, `values` fill its placeholders. */
export class PasteError extends Error {
  readonly reason: string;
  readonly values: Record<string, string | number>;
  readonly place: TextPosition | null;

  constructor(
    reason: string,
    values: Record<string, string | number> = {},
    place: TextPosition | null = null,
  ) {
    super(place ? `${reason} at ${place.line}:${place.column}` : reason);
    this.name = 'PasteError';
    this.reason = reason;
    this.values = place ? { ...values, line: place.line, column: place.column } : values;
    this.place = place;
  }
}

/** Letters of a wrong word that a message repeats. */
const QUOTED = 20;

/** Deeper lists are no tensor of a layer. */
const MOST_DIMENSIONS = 4;

const MINUS_SIGNS = /[\u2212\u2010-\u2014\uFE63\uFF0D]/g;
const NUMBER = /[+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const WORD = /[^\s,;[\](){}]+/y;
const NOT_FINITE = /^[+-]?(?:nan|inf|infinity)$/i;
const ELLIPSIS = /\.\.\.|\u2026/y;
const COMPLEX = /^[+-]?[\d.]*[ij]$/i;
/** `X = `, `Parameter containing:`, `np.array(`, `tensor(` … before the first bracket. */
const HEAD = /^\s*(?:[A-Za-z_]\w*\s*=\s*)?(?:Parameter containing:\s*)?((?:[A-Za-z_][\w.]*\s*\(\s*)*)/;
/** `, dtype=torch.float64, grad_fn=<AddBackward0>` after the last one. */
const TAIL =
  /(?:\s*,\s*(?:[A-Za-z_]\w*\s*=\s*)?(?:<[^>]*>|'[^']*'|"[^"]*"|(?:[\w.]+\s*)?\([^()]*\)|[A-Za-z_][\w.]*))*\s*,?\s*/y;

/** One number as people write it, or NaN. */
export function parseNumber(text: string) {
  const plain = text.trim().replace(MINUS_SIGNS, '-');
  NUMBER.lastIndex = 0;
  const found = NUMBER.exec(plain);
  if (!found || found[0].length !== plain.length) return NaN;
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
  return /[[({]/.test(plain) ? new NestedListParser(plain).parse() : table(plain);
}

function placeOf(text: string, offset: number): TextPosition {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n'), offset };
}

/** Lists within lists, or tuples, with commas or without. */
class NestedListParser {
  readonly text: string;
  at = 0;
  shape: number[] = [];
  readonly data: number[] = [];

  constructor(text: string) {
    this.text = text;
  }

  parse(): NumberBlock {
    const head = HEAD.exec(this.text);
    this.at = head?.[0].length ?? 0;
    const calls = (head?.[1] ?? '').split('(').length - 1;
    // A tuple of lists looks like a call without a name, and is read as one.
    if (!'[('.includes(this.text[this.at] ?? ' ')) this.fail('text', { found: this.word() });
    this.list(0);
    for (let k = 0; k < calls; k++) this.close();
    if (calls === 0) this.skip(/[\s,;]*/y);
    if (this.text.slice(this.at).trim() !== '') {
      this.skip(/\s*/y);
      this.fail('after', { found: this.word() });
    }
    if (this.data.length === 0) throw new PasteError('empty');
    return { shape: this.shape, data: this.data };
  }

  /** depth: what lies around this list. */
  list(depth: number) {
    if (depth >= MOST_DIMENSIONS) this.fail('deep', { most: MOST_DIMENSIONS });
    const start = this.at;
    const closing = this.text[start] === '[' ? ']' : ')';
    this.at += 1;
    let [count, lists] = [0, 0];
    for (;;) {
      this.skip(/[\s,]*/y);
      const next = this.text[this.at];
      if (next === undefined) this.failAt(start, 'open', { bracket: this.text[start] ?? '' });
      if (next === closing) break;
      if (next === '[' || next === '(') {
        if (count > lists) this.fail('mixed');
        this.list(depth + 1);
        lists += 1;
      } else {
        if (lists > 0) this.fail('mixed');
        this.deepest(depth);
        this.data.push(this.number());
      }
      count += 1;
    }
    this.at += 1;
    if (count === 0) this.failAt(start, 'emptyList');
    const expected = this.shape[depth];
    if (expected === undefined || Number.isNaN(expected)) this.shape[depth] = count;
    else if (expected !== count) this.failAt(start, 'ragged', { found: count, expected });
  }

  /** Numbers stand at one depth only. */
  deepest(depth: number) {
    if (this.data.length === 0) this.shape = Array(depth + 1).fill(NaN);
    else if (this.shape.length !== depth + 1) this.fail('mixed');
  }

  number(): number {
    if (this.looksAt(ELLIPSIS)) this.fail('elided');
    NUMBER.lastIndex = this.at;
    const found = NUMBER.exec(this.text)?.[0] ?? '';
    const word = this.word();
    if (NOT_FINITE.test(word)) this.fail('notFinite', { found: word });
    if (found === '' || word !== found)
      this.fail(COMPLEX.test(word.slice(found.length)) ? 'complex' : 'text', { found: word });
    const value = Number(found.replaceAll('_', ''));
    if (!Number.isFinite(value)) this.fail('notFinite', { found: word });
    this.at += found.length;
    return value;
  }

  /** What follows the list inside a call, and the call's bracket. */
  close() {
    this.skip(TAIL);
    if (this.text[this.at] !== ')') {
      if (this.at >= this.text.length) this.fail('open', { bracket: '(' });
      this.fail('after', { found: this.word() });
    }
    this.at += 1;
    this.skip(/\s*/y);
  }

  /** pattern: sticky. */
  skip(pattern: RegExp) {
    pattern.lastIndex = this.at;
    this.at += pattern.exec(this.text)?.[0].length ?? 0;
  }

  /** pattern: sticky. */
  looksAt(pattern: RegExp) {
    pattern.lastIndex = this.at;
    return pattern.test(this.text);
  }

  word() {
    WORD.lastIndex = this.at;
    return (WORD.exec(this.text)?.[0] ?? this.text[this.at] ?? '').slice(0, QUOTED);
  }

  fail(reason: string, values?: Record<string, string | number>): never {
    this.failAt(this.at, reason, values);
  }

  failAt(offset: number, reason: string, values?: Record<string, string | number>): never {
    throw new PasteError(reason, values, placeOf(this.text, offset));
  }
}

/** Rows of a spreadsheet; empty lines stand between channels. */
function table(text: string): NumberBlock {
  const separator = separatorOf(text);
  const slices: { at: number; cells: number[] }[][] = [[]];
  let at = 0;
  for (const line of text.split('\n')) {
    if (line.trim() === '') slices.push([]);
    else slices.at(-1)?.push({ at, cells: row(text, line, at, separator) });
    at += line.length + 1;
  }
  return stacked(
    text,
    slices.filter((rows) => rows.length > 0),
  );
}

function separatorOf(text: string) {
  if (text.includes('\t')) return '\t';
  if (text.includes(';')) return ';';
  return text.includes(',') ? ',' : ' ';
}

function row(text: string, line: string, start: number, separator: string) {
  const pieces =
    separator === ' '
      ? [...line.matchAll(/\S+/g)].map((found) => ({ piece: found[0], at: start + found.index }))
      : split(line, start, separator);
  if (separator !== ' ' && pieces.length > 1 && pieces.at(-1)?.piece === '') pieces.pop();
  return pieces.map(({ piece, at }) => cell(text, piece, at, separator));
}

function split(line: string, start: number, separator: string) {
  let at = start;
  return line.split(separator).map((raw) => {
    const found = { piece: raw.trim(), at: at + (raw.length - raw.trimStart().length) };
    at += raw.length + 1;
    return found;
  });
}

function cell(text: string, piece: string, at: number, separator: string): number {
  const bare = /^"(.*)"$/.exec(piece)?.[1] ?? piece;
  const fail = (reason: string) =>
    new PasteError(reason, { found: bare.slice(0, QUOTED) }, placeOf(text, at));
  if (bare === '') throw fail('emptyCell');
  const value = parseNumber(separator === ';' ? bare.replace(',', '.') : bare);
  if (!Number.isNaN(value)) return value;
  if (NOT_FINITE.test(bare) || parseable(bare)) throw fail('notFinite');
  if (/^\.{3}$|^\u2026$/.test(bare)) throw fail('elided');
  throw fail(/^[+-]?\d+,\d+$/.test(bare) ? 'comma' : 'text');
}

/** A number's spelling, whatever its size. */
function parseable(text: string) {
  NUMBER.lastIndex = 0;
  return NUMBER.exec(text)?.[0].length === text.length;
}

function stacked(text: string, slices: { at: number; cells: number[] }[][]): NumberBlock {
  const [height, width] = [slices[0]?.length ?? 0, slices[0]?.[0]?.cells.length ?? 0];
  for (const rows of slices) {
    for (const { at, cells } of rows) {
      if (cells.length !== width)
        throw new PasteError('ragged', { found: cells.length, expected: width }, placeOf(text, at));
    }
    if (rows.length !== height)
      throw new PasteError(
        'ragged',
        { found: rows.length, expected: height },
        placeOf(text, rows[0]?.at ?? 0),
      );
  }
  const data = slices.flatMap((rows) => rows.flatMap(({ cells }) => cells));
  return { shape: slices.length > 1 ? [slices.length, height, width] : [height, width], data };
}

/**
 * Where a block may go: into the cells from `index` on, or in place of the whole tensor. Both: the reader
 * chooses. shape: of the tensor. index: one of its cells. Throws PasteError when it fits nowhere.
 */
export function findPlacements(
  block: NumberBlock,
  shape: number[],
  index: number[],
): (CellRegion | WholeTensor)[] {
  const rank = shape.length;
  const bare = block.shape.slice(Math.min(leadingOnes(block.shape), Math.max(block.shape.length - 1, 0)));
  const fits =
    bare.length <= rank &&
    bare.every(
      (size, k) => (index[rank - bare.length + k] ?? 0) + size <= (shape[rank - bare.length + k] ?? 0),
    );
  const asWhole = wholeShape(block.shape, shape);
  const same = asWhole !== null && asWhole.every((size, k) => size === shape[k]);
  if (same) return [{ kind: 'whole', shape }];
  const found: (CellRegion | WholeTensor)[] = [];
  if (fits) found.push({ kind: 'region', cells: region(block, bare, index) });
  const meant = block.shape.length === rank || !fits;
  if (asWhole && meant) found.push({ kind: 'whole', shape: asWhole });
  if (found.length > 0) return found;
  const left = shape
    .slice(Math.max(rank - bare.length, 0))
    .map((size, k) => size - (index[Math.max(rank - bare.length, 0) + k] ?? 0));
  throw new PasteError('tooLarge', { block: bare.join('×'), room: left.join('×') });
}

function leadingOnes(shape: number[]) {
  const first = shape.findIndex((size) => size !== 1);
  return first < 0 ? shape.length : first;
}

/** The tensor that a block would be by itself: missing leading sizes may be 1 if the tensor's are. */
function wholeShape(block: number[], shape: number[]): number[] | null {
  const missing = shape.length - block.length;
  if (missing < 0) {
    const extra = block.slice(0, -missing);
    return extra.every((size) => size === 1) ? block.slice(-missing) : null;
  }
  const leading = shape.slice(0, missing);
  return leading.every((size) => size === 1) ? [...leading, ...block] : null;
}

function region(block: NumberBlock, bare: number[], index: number[]) {
  const shift = index.length - bare.length;
  return block.data.map((value, k) => {
    const at = [...index];
    let rest = k;
    for (let d = bare.length - 1; d >= 0; d--) {
      const size = bare[d] ?? 1;
      at[shift + d] = (index[shift + d] ?? 0) + (rest % size);
      rest = Math.floor(rest / size);
    }
    return { index: at, value };
  });
}

/** Numbers as lists within lists. */
export function nestArray(shape: number[], data: ArrayLike<number>): any {
  let level = Array.from(data, (value) => value as any);
  for (let d = shape.length - 1; d > 0; d--) {
    const size = shape[d] ?? 1;
    level = Array.from({ length: level.length / size }, (_, k) => level.slice(k * size, (k + 1) * size));
  }
  return level;
}
