/** One number as people and programs write it, and what is said of a text that is none. Pure. */

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

/** A text, and the same with what is no number blanked, so that offsets are alike. */
export interface PastedText {
  source: string;
  plain: string;
}

export interface NumberBlock {
  shape: number[];
  data: number[];
}

/** Letters of a wrong word that a message repeats. */
const QUOTED = 20;

export const MINUS_SIGNS = /[\u2212\u2010-\u2014\uFE63\uFF0D]/g;
/** Digits and signs as a Chinese keyboard types them, as wide as characters. */
const FULL_WIDTH = /[\uFF01-\uFF5E]/g;
const NOT_FINITE = /^[+-]?(?:nan|inf|infinity)$/i;
const ELIDED = /^(?:\.\.\.|\u2026|\u22EE|\u22EF|\u22F1|\\[cdlv]?dots)$/;
const COMPLEX = /^[+-]?[\d.]*[ij]$/i;
const RUST_INTEGER = '_?[iu](?:8|16|32|64|128|size)';
const INTEGER = `(?:0[xX][\\da-fA-F]+|0[bB][01]+|0[oO][0-7]+)(?:${RUST_INTEGER}|[uUlL]{1,3})?`;
/** 1.5e-3, Fortran's 1.5D-3, Julia's 1.5f-3 (not Rust's 1.5f32), Mathematica's 1.5`*^-3. */
const EXPONENT = '(?:[eEdD]|\\*\\^|f(?!(?:32|64)(?!\\d)))[+-]?\\d+';
const DECIMAL = `(?:\\d[\\d_]*\\.?\\d*|\\.\\d+)(?:\`{1,2}[\\d.]*)?(?:${EXPONENT})?`;
/** 1.0f, 1UL, 1.0_f32. */
const SUFFIX = `${RUST_INTEGER}|_?f(?:32|64)|_f16|[fF]|[uUlL]{1,3}`;
const SUFFIX_END = new RegExp(`(?:${SUFFIX})$`);
export const NUMBER = new RegExp(
  `[+-]?(?:${INTEGER}|${DECIMAL}(?:\\/\\/?${DECIMAL}|(?:${SUFFIX})(?!\\w))?)`,
  'y',
);

/** What a sticky pattern matches at an offset, or nothing. */
export function matchAt(pattern: RegExp, text: string, offset: number) {
  pattern.lastIndex = offset;
  return pattern.exec(text)?.[0] ?? '';
}

/** One number as people write it, or NaN. */
export function parseNumber(text: string) {
  const narrow = text.trim().replace(FULL_WIDTH, (wide) => wide.normalize('NFKC'));
  const plain = narrow.replace(MINUS_SIGNS, '-');
  if (plain === '' || matchAt(NUMBER, plain, 0) !== plain) return NaN;
  const value = toNumber(plain);
  return Number.isFinite(value) ? value : NaN;
}

/** Whether a text is more than one number. */
export function isNumberBlock(text: string) {
  return Number.isNaN(parseNumber(text)) && /[\s,;[({|&]/.test(text.trim());
}

/** token: what NUMBER matches; infinite where it is too large, or a fraction of nothing. */
export function toNumber(token: string) {
  const sign = token.startsWith('-') ? -1 : 1;
  const digits = token.replace(/^[+-]/, '');
  if (/^0[xXbBoO]/.test(digits)) return sign * Number(/^0\w[\da-fA-F]+/.exec(digits)?.[0].toLowerCase());
  const [above = '', below] = digits.split(/\/+/);
  return below === undefined ? sign * decimal(above) : (sign * decimal(above)) / decimal(below);
}

function decimal(digits: string) {
  const bare = digits.replace(SUFFIX_END, '').replaceAll('_', '');
  return Number(bare.replace(/`+[\d.]*/, '').replace(/\*\^|[dDf]/, 'e'));
}

/** Why a word is no number. */
export function reasonOf(word: string) {
  if (word === '') return 'emptyCell';
  if (ELIDED.test(word)) return 'elided';
  const digits = matchAt(NUMBER, word, 0);
  if (NOT_FINITE.test(word) || (digits === word && !Number.isFinite(toNumber(word)))) return 'notFinite';
  if (COMPLEX.test(word.slice(digits.length))) return 'complex';
  return /^[+-]?\d+(?:,\d+|(?:\u2423\d+)+(?:[.,]\d+)?)$/.test(word) ? 'comma' : 'text';
}

/** Lines and columns count from 1. */
export function errorAt({ source }: PastedText, offset: number, reason: string, values: Values = {}) {
  const before = source.slice(0, offset);
  const place = { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
  const { found } = values;
  const quoted: Values = typeof found === 'string' ? { found: found.slice(0, QUOTED) } : {};
  return new PasteError(reason, { ...values, ...quoted, ...place });
}
