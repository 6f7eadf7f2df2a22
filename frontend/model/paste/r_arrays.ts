/** R's `structure(c(…), dim = …)`, `array(c(…), dim = …)`, `matrix(c(…), nrow = …)`. Pure. */

import { matchAt } from '../number_syntax.ts';

const ARGUMENT = new RegExp(
  String.raw`\s*,\s*(?:(\.?[A-Za-z]\w*)\s*=\s*)?` +
    String.raw`(-?\d+L?|c\s*\([\dL,\s]*\)|list\s*\((?:[^()]|\([^()]*\))*\)|[A-Za-z]+)`,
  'y',
);
/** The names of arguments that stand without one, and those that change no number. */
const POSITIONS: Record<string, string[]> = {
  array: ['dim', 'dimnames'],
  matrix: ['nrow', 'ncol', 'byrow', 'dimnames'],
  structure: [],
};
const NAMES = /^\.?dimnames$/i;

export function isRArray(name: string) {
  return name in POSITIONS;
}

/** length: of the arguments' text; sizes: what they make of `count` numbers, none for a list; or null. */
export interface RArray {
  length: number;
  sizes: number[] | null;
  byRows: boolean;
}

export function readRArguments(name: string, text: string, offset: number, count: number): RArray {
  const values: Record<string, string> = {};
  let [end, position, areKnown] = [offset, 0, true];
  for (;;) {
    ARGUMENT.lastIndex = end;
    const [found, given, value = ''] = ARGUMENT.exec(text) ?? [];
    if (found === undefined) break;
    end += found.length;
    const argument = given ?? POSITIONS[name]?.[position] ?? '';
    position += Number(given === undefined);
    const isSize = /^\.?dim$/i.test(argument) || POSITIONS[name]?.includes(argument);
    areKnown &&= isSize || NAMES.test(argument);
    values[argument.replace('.', '').toLowerCase()] = value;
  }
  const length = end - offset + matchAt(/\s*/y, text, end).length;
  const sizes = name === 'matrix' ? matrixSizes(values, count) : numbersIn(values.dim ?? '');
  return { length, sizes: areKnown ? sizes : null, byRows: /^T/.test(values.byrow ?? '') };
}

function matrixSizes({ nrow, ncol }: Record<string, string>, count: number) {
  const [rows] = numbersIn(nrow ?? '');
  const [columns] = numbersIn(ncol ?? '');
  const height = rows ?? (columns === undefined ? count : Math.ceil(count / columns));
  return [height, columns ?? Math.ceil(count / height)];
}

function numbersIn(text: string) {
  return (text.match(/\d+/g) ?? []).map(Number);
}

/** Numbers that stand column after column, row after row. */
export function byRows(data: number[], [height = 1, width = 1]: number[]) {
  return data.map((_, k) => data[(k % width) * height + Math.floor(k / width)] ?? Number.NaN);
}
