/** Integer types, which round what does not fit, or wrap it around. Pure. */

/** The least and the largest number of a type. */
type Range = [number, number];

export interface IntegerType {
  name: string;
  range: Range;
}

/** int8_t, uint8, i8, u8, Int8Array, UInt8 … */
const SIZED = /^(u?)(?:int|i(?=\d))(8|16|32|64)(?:_t|(?:clamped)?array)?$/i;
const RUST_UNSIGNED = /^u(8|16|32|64)$/;
const NAMED: Record<string, Range> = {
  bool: [0, 1],
  boolean: [0, 1],
  logical: [0, 1],
  booltensor: [0, 1],
  char: [-128, 255],
  byte: [-128, 255],
  chartensor: [-128, 127],
  bytetensor: [0, 255],
  short: rangeOf(16, false),
  shorttensor: rangeOf(16, false),
  int: rangeOf(64, false),
  inttensor: rangeOf(32, false),
  intarrayof: rangeOf(32, false),
  long: rangeOf(64, false),
  longtensor: rangeOf(64, false),
  uint: rangeOf(64, true),
  unsigned: rangeOf(64, true),
};

function rangeOf(bits: number, isUnsigned: boolean): Range {
  return isUnsigned ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
}

/** text: a declaration, a call or its arguments; the first type of whole numbers that it names. */
export function findIntegerType(text: string): IntegerType | null {
  for (const [name] of text.matchAll(/\w+/g)) {
    const [, sign, bits] = SIZED.exec(name) ?? (RUST_UNSIGNED.test(name) ? [name, 'u', name.slice(1)] : []);
    const range = bits ? rangeOf(Number(bits), sign !== '') : NAMED[name.toLowerCase()];
    if (range) return { name, range };
  }
  return null;
}

export function isWithin(value: number, [least, most]: Range) {
  return Number.isInteger(value) && least <= value && value <= most;
}
