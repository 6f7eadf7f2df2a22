/** The numbers of the channel: the plane, the number at the pointer, and those around the cell. */

import type { Signal } from '@preact/signals-core';
import { effect, signal } from '@preact/signals-core';
import type { NetworkCell } from '../../model/network.ts';
import { cellText, isFollowed } from '../../model/network.ts';
import { formatExact } from '../../model/numbers.ts';
import type { NumberArray } from '../../model/types.ts';
import type { ShownTensor } from '../../state/shown_tensor.ts';
import { shownTensor, vectorColumns } from '../../state/shown_tensor.ts';
import type { PlaneFrame } from '../../views/network/plane_painter.ts';
import { makeElement, setText } from '../../views/shared/dom.ts';
import { clamp } from '../../views/shared/rects.ts';
import type { NetworkContext, PanelPart } from './panel_part.ts';
import { planeStyle } from './panel_part.ts';
import type { PlaneActs } from './plane_canvas.ts';
import { makePlaneCanvas } from './plane_canvas.ts';

const PLANE_HEIGHT = 400;
/** Rows and columns around the cell. */
const AROUND = 3;

/** Where a place of the picture lies in the tensor, and back: lists of single numbers are wrapped. */
interface Arrangement {
  rows: number;
  cols: number;
  cellAt: (row: number, col: number) => Omit<NetworkCell, 'edge'>;
  placeOf: (cell: NetworkCell) => { row: number; col: number } | null;
}

function arrange(shown: ShownTensor, channel: number): Arrangement {
  const { planes, isVector } = shown;
  if (!isVector)
    return {
      rows: planes.rows,
      cols: planes.cols,
      cellAt: (row, col) => ({ channel, row, col }),
      placeOf: (cell) => (cell.channel === channel ? { row: cell.row, col: cell.col } : null),
    };
  const cols = vectorColumns(planes.channels);
  return {
    rows: Math.ceil(planes.channels / cols),
    cols,
    cellAt: (row, col) => ({ channel: row * cols + col, row: 0, col: 0 }),
    placeOf: ({ channel: at }) => ({ row: Math.floor(at / cols), col: at % cols }),
  };
}

/** drawn: numbers that stand in for those of the plane while somebody draws on it. */
export function makeNumberView(
  context: NetworkContext,
  drawn: Signal<NumberArray | null>,
  draw?: PlaneActs['draw'],
): PanelPart {
  const { state, t, panelWidth } = context;
  const element = makeElement('div');
  const hovered = signal<{ row: number; col: number } | null>(null);
  const current = () => {
    const shown = shownTensor(state);
    return shown && shown !== 'failed' ? shown : null;
  };
  const frame = (): PlaneFrame | null => {
    const shown = current();
    return shown && planeFrame(context, shown, drawn.value, hovered.value);
  };
  const choose = (row: number, col: number) => {
    const shown = current();
    if (!shown) return;
    const cell = arrange(shown, state.channel.peek()).cellAt(row, col);
    if (shown.kind === 'edge') state.choose({ edge: shown.name, ...cell });
    else hovered.value = { row, col };
  };
  const room = () => ({ width: panelWidth.value, height: PLANE_HEIGHT });
  const acts: PlaneActs = {
    choose,
    hover: (at) => {
      hovered.value = at;
    },
    draw,
  };
  const plane = makePlaneCanvas(frame, () => planeStyle(context), room, acts);
  const still = { choose: () => {}, hover: () => {} };
  const aroundRoom = () => ({ width: Math.min(panelWidth.value, 340), height: 340 });
  const around = makePlaneCanvas(
    () => (plane.readable() ? null : aroundFrame(frame())),
    () => planeStyle(context),
    aroundRoom,
    still,
  );
  around.element.tabIndex = -1;
  around.element.role = 'img';
  around.element.ariaLabel = t('node.around');
  around.element.classList.add('is-still');
  const value = makeElement('p', 'node-value');
  value.role = 'status';
  element.append(plane.element, value, around.element);
  const dispose = effect(() => {
    const shown = current();
    if (!shown) return;
    plane.element.ariaLabel = labelOf(context, shown);
    setText(value, valueText(context, shown, hovered.value, drawn.value));
  });
  const end = () => {
    for (const each of [dispose, plane.dispose, around.dispose]) each();
  };
  return { element, dispose: end };
}

function labelOf({ state, t }: NetworkContext, { name, planes, isVector }: ShownTensor) {
  if (isVector) return t('node.vector', { name, count: planes.channels });
  return t('node.plane', { channel: state.channel.value, name, rows: planes.rows, cols: planes.cols });
}

function planeFrame(
  { state }: NetworkContext,
  shown: ShownTensor,
  drawn: NumberArray | null,
  hovered: { row: number; col: number } | null,
): PlaneFrame | null {
  const data = drawn ?? (shown.isVector ? shown.sheet.data : shown.plane?.data);
  if (!data) return null;
  const arrangement = arrange(shown, state.channel.value);
  const { rows, cols } = arrangement;
  const cell = state.cell.value;
  const followed = state.followed.value;
  const found = shown.isVector ? null : (followed?.byEdge.get(shown.name) ?? null);
  const step = found && isFollowed(found, state.channel.value) ? found : null;
  return {
    rows,
    cols,
    data,
    max: shown.sheet.max,
    valueAt: (row, col) => data[row * cols + col] ?? null,
    cell: cell && cell.edge === shown.name ? arrangement.placeOf(cell) : null,
    hovered,
    patch:
      step?.rows && step.cols && followed?.input !== shown.name ? { rows: step.rows, cols: step.cols } : null,
    mask:
      followed?.kind === 'trace' && followed.input === shown.name && (step || !found) ? followed.mask : null,
  };
}

/** The cell, or the one at the pointer, in the middle of its neighbours. */
function aroundFrame(frame: PlaneFrame | null): PlaneFrame | null {
  const middle = frame?.hovered ?? frame?.cell;
  if (!frame || !middle) return null;
  const size = 2 * AROUND + 1;
  const [rows, cols] = [Math.min(size, frame.rows), Math.min(size, frame.cols)];
  const top = clamp(middle.row - AROUND, 0, frame.rows - rows);
  const left = clamp(middle.col - AROUND, 0, frame.cols - cols);
  const values: number[] = [];
  for (let row = 0; row < rows; row++)
    for (let col = 0; col < cols; col++) values.push(frame.valueAt(top + row, left + col) ?? 0);
  return {
    ...frame,
    rows,
    cols,
    data: values,
    valueAt: (row, col) => values[row * cols + col] ?? null,
    cell: { row: middle.row - top, col: middle.col - left },
    hovered: null,
    patch: null,
    mask: null,
  };
}

/** `Y[3, 5, 7] = 0.125`, of the pointer's cell or the one that is chosen; else what to do. */
function valueText(
  { state, t }: NetworkContext,
  shown: ShownTensor,
  hovered: { row: number; col: number } | null,
  drawn: NumberArray | null,
) {
  const arrangement = arrange(shown, state.channel.value);
  const chosen = state.cell.value?.edge === shown.name ? state.cell.value : null;
  const place = hovered ?? (chosen && arrangement.placeOf(chosen));
  const data = drawn ?? (shown.isVector ? shown.sheet.data : shown.plane?.data);
  if (!place || !data) {
    if (shown.kind !== 'edge') return t('node.read');
    return t(state.openNode?.kind === 'input' ? 'node.choose.input' : 'node.choose');
  }
  const cell = arrangement.cellAt(place.row, place.col);
  const value = data[place.row * arrangement.cols + place.col];
  if (value === undefined) return '';
  return t(state.subtracted ? 'network.hover.difference' : 'network.hover', {
    name: shown.name,
    cell: indexText(shown, cell),
    value: formatExact(value, data instanceof Float32Array ? 'float32' : 'float64'),
  });
}

/** A kernel's channel is that of a pair: output and input channel. */
function indexText({ kind, shape }: ShownTensor, cell: Omit<NetworkCell, 'edge'>) {
  if (kind === 'edge') return cellText(cell, shape.length);
  const { channel, row, col } = cell;
  const inner = shape[1] ?? 1;
  const pair = [Math.floor(channel / inner), channel % inner];
  if (shape.length === 1) return String(channel);
  if (shape.length === 2) return `${row}, ${col}`;
  return [...pair, ...(shape.length === 3 ? [col] : [row, col])].join(', ');
}
