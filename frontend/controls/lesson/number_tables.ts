/** Planes of numbers as tables: to be read, to choose cells in, to change numbers in. */

import { formatExact } from '../../model/numbers.ts';
import { makeElement } from '../../views/shared/dom.ts';

export type Plane = number[][];

/** fillCell: what stands in a cell, by default its number. */
export function makeTable(
  name: string,
  plane: Plane,
  fillCell: (cell: HTMLTableCellElement, value: number, row: number, col: number) => void = showNumber,
): HTMLTableElement {
  const table = document.createElement('table');
  table.className = 'plane';
  table.createCaption().textContent = name;
  const body = table.createTBody();
  for (const [row, values] of plane.entries()) {
    const line = body.insertRow();
    for (const [col, value] of values.entries()) fillCell(line.insertCell(), value, row, col);
  }
  return table;
}

export function showNumber(cell: HTMLTableCellElement, value: number) {
  cell.textContent = numberText(value);
}

/** With a real minus. */
export function numberText(value: number) {
  return formatExact(value, 'float32');
}

export function makePlanes(...tables: HTMLElement[]) {
  const box = makeElement('div', 'planes');
  box.append(...tables);
  return box;
}
