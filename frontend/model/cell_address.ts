/** The address of an output cell as it is typed: `0,3,5`, `[0, 3, 5]`, `Y[0,3,5]`. Pure. */

/** Output channel, row, column. */
export type CellAddress = [number, number, number];

const ADDRESS = /^(?:[A-Za-z_][\w.]*\s*)?[[(【（［]?\s*(\d+)[\s,，、]+(\d+)[\s,，、]+(\d+)\s*[\])】）］]?$/;

/** Null where the text is no address. */
export function parseCellAddress(text: string): CellAddress | null {
  const found = ADDRESS.exec(text.trim());
  return found && [Number(found[1]), Number(found[2]), Number(found[3])];
}

/** shape: of the output. */
export function isInside(address: CellAddress, shape: readonly number[]) {
  return address.every((index, axis) => index < (shape[axis] ?? 0));
}

/** `0 … 3, 0 … 5, 0 … 7` */
export function formatRange(shape: readonly number[]) {
  return shape.map((size) => (size > 1 ? `0 … ${size - 1}` : '0')).join(', ');
}
