/** A network in words. */

import type { Translate } from '../../model/i18n.ts';
import type { GraphNode, NetworkCell, PathStep } from '../../model/network.ts';
import { cellText, shapeText } from '../../model/network.ts';
import { formatShort } from '../../model/numbers.ts';
import type { NetworkState } from '../../state/network.ts';

/** Axes of a tensor of signals. */
const SIGNAL = 3;

export function describeNode(t: Translate, { op, name, outputs }: GraphNode) {
  const shape = outputs[0]?.shape;
  return shape
    ? t('network.at', { op, name, shape: shapeText(shape) })
    : t('network.at.unknown', { op, name });
}

/** `row 2, columns 0–4`, of a signal `places 0–4`; null of a tensor without rows. */
export function describePlace(
  t: Translate,
  { rows, cols }: Pick<PathStep, 'rows' | 'cols'>,
  shape: readonly number[] | null | undefined,
): string | null {
  if (!rows || !cols || !shape || shape.length < SIGNAL) return null;
  const along = (name: string, [first, last]: readonly number[]) =>
    first === last ? t(`node.${name}`, { at: first ?? 0 }) : t(`node.${name}s`, { at: `${first}–${last}` });
  if (shape.length === SIGNAL) return along('place', cols);
  return t('node.rowsAndCols', { rows: along('row', rows), cols: along('col', cols) });
}

/** The number in a cell, as far as the pictures have it: the nearest that is above and to the left. */
export function describeCell(t: Translate, state: NetworkState, cell: NetworkCell): string {
  const found = state.graph.value.edges.get(cell.edge)?.edge;
  const sheet = found?.shape
    ? state.tensors.sheet(state.id, { edge: cell.edge, shape: found.shape }, state.subtracted)
    : null;
  if (!found?.shape || !sheet || sheet === 'failed') return '';
  const [row, col] = [Math.floor(cell.row / sheet.every), Math.floor(cell.col / sheet.every)];
  const value = sheet.data[(cell.channel * sheet.rows + row) * sheet.cols + col] ?? 0;
  const shown = { ...cell, row: row * sheet.every, col: col * sheet.every };
  return t(state.subtracted ? 'network.hover.difference' : 'network.hover', {
    name: cell.edge,
    cell: cellText(shown, found.shape.length),
    value: formatShort(value),
  });
}
