/** A network in words. */

import type { Translate } from '../../model/i18n.ts';
import type { GraphNode, NetworkCell } from '../../model/network.ts';
import { cellText, shapeText } from '../../model/network.ts';
import { formatShort } from '../../model/numbers.ts';
import type { NetworkState } from '../../state/network.ts';

export function describeNode(t: Translate, { op, name, outputs }: GraphNode) {
  const shape = outputs[0]?.shape;
  return shape
    ? t('network.at', { op, name, shape: shapeText(shape) })
    : t('network.at.unknown', { op, name });
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
