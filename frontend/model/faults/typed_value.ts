/** One number as another program prints it or a person types it, to be compared with a cell. Pure. */

import { parseNumber } from '../number_syntax.ts';

/** A typed number, which may be NaN or infinite, and by how much what it was rounded from may differ. */
export interface TypedValue {
  value: number;
  tolerance: number;
}

const CALL = /^[A-Za-z_][\w.]*\s*\((.*)\)$/s;
const BRACKETS = /^(?:\[(.*)\]|\((.*)\))$/s;
/** What a print-out says of a tensor after its numbers: `, device='cuda:0', grad_fn=<AddBackward0>`. */
const FACTS = /(?:,\s*\w+=[^,=]+)+$/;
/** Names, lists and calls around a number; no one prints more. */
const MOST_HOLDERS = 8;
const NOT_FINITE = /^([+-]?)(?:(nan)|inf(?:inity)?)$/i;
/** 1,234,567.8 and 1 234 567.8; 0,5 has a decimal comma. */
const THOUSANDS =
  /^[+-]?[1-9]\d{0,2}(?:([, '\u2019\u00A0\u2009\u202F])\d{3})(?:\1\d{3})*(?:\.\d*)?(?:[eE][+-]?\d+)?$/;
const DECIMAL_COMMA = /^[+-]?\d+,\d+(?:[eE][+-]?\d+)?$/;

/** null where the text is no single number. */
export function readTypedValue(text: string): TypedValue | null {
  const plain = text.trim().replace(/[\u2212\u2013]/g, '-');
  return readNumber(plain) ?? readNumber(unwrap(plain));
}

/** `tensor([[1.5]], grad_fn=<AddBackward0>)`, `np.float32(1.5)`, `[[1.5]]`: what they hold. */
function unwrap(text: string) {
  let inner = text;
  for (let k = 0; k < MOST_HOLDERS; k++) {
    const [, ofCall] = CALL.exec(inner) ?? [];
    const [, inSquare, inRound] = BRACKETS.exec(inner) ?? [];
    const held = ofCall?.replace(FACTS, '') ?? inSquare ?? inRound;
    if (held === undefined) break;
    inner = held.trim().replace(/,$/, '');
  }
  return inner;
}

function readNumber(text: string): TypedValue | null {
  const notFinite = NOT_FINITE.exec(text);
  if (notFinite) {
    const infinite = notFinite[1] === '-' ? -Infinity : Infinity;
    return { value: notFinite[2] ? NaN : infinite, tolerance: 0 };
  }
  const written = withoutMarks(text);
  const value = parseNumber(written);
  return Number.isNaN(value) ? null : { value, tolerance: toleranceOf(written) };
}

function withoutMarks(text: string) {
  const mark = THOUSANDS.exec(text)?.[1];
  if (mark) return text.replaceAll(mark, '');
  return DECIMAL_COMMA.test(text) ? text.replace(',', '.') : text;
}

/** `3.14` stands for all numbers that are written so; whole numbers for themselves. */
function toleranceOf(text: string) {
  const [, fraction = '', exponent = '0'] = /\.(\d*)(?:e([+-]?\d+))?/i.exec(text) ?? [];
  return fraction ? 0.501 * 10 ** (Number(exponent) - fraction.length) : 0;
}
