/**
 * The stage's grids for keyboard and screen reader: the same cells, a few around the cursor at a time. The
 * focused cell shows its relations, as if the pointer were on it.
 */

import { effect } from '@preact/signals-core';
import { formatExact } from '../model/numbers.ts';
import type { Cell } from '../model/relations.ts';
import type { SceneModel } from '../model/scene_model.ts';
import type { AppState } from '../state/app_state.ts';
import { cellValue } from '../state/cell_value.ts';
import type { AppContext } from '../views/app_context.ts';
import type { AnyFrame } from '../views/registry.ts';
import { isMatrixFrame } from '../views/registry.ts';
import { findElement, makeElement } from '../views/shared/dom.ts';
import { panToShow } from '../views/shared/zoom.ts';
import { currentOutput, planeOf } from '../views/stage/channel_frame.ts';
import type { EditableCell } from './editable_cells.ts';

/** Rows and columns around the cursor that are in the document. */
const WINDOW = 5;

const GRIDS = ['input', 'weight', 'output'] as const;

type GridCell = Cell & { grid: (typeof GRIDS)[number] };

/** Where a key takes the cursor, before it is kept inside the grid. */
const MOVES: Record<string, (cell: GridCell) => Partial<GridCell>> = {
  ArrowLeft: ({ col }) => ({ col: col - 1 }),
  ArrowRight: ({ col }) => ({ col: col + 1 }),
  ArrowUp: ({ row }) => ({ row: row - 1 }),
  ArrowDown: ({ row }) => ({ row: row + 1 }),
  Home: () => ({ col: 0 }),
  End: () => ({ col: Infinity }),
  PageUp: ({ channel }) => ({ channel: channel - 1 }),
  PageDown: ({ channel }) => ({ channel: channel + 1 }),
};

export function setUpAccessibleGrids(context: AppContext) {
  for (const grid of GRIDS) setUpGrid(context, grid);
}

function setUpGrid({ state, t, model, shown }: AppContext, grid: GridCell['grid']) {
  const root = findElement(`#cells-${grid}`, HTMLElement);
  let cursor: GridCell = { grid, channel: 0, row: 0, col: 0 };
  const show = () => {
    const layer = model();
    root.hidden = !layer || (grid === 'weight' && !layer.weight);
    if (!layer || root.hidden) return;
    root.setAttribute(
      'aria-label',
      t(`cells.${grid}`, { channel: cursor.channel, output: state.outChannel.peek() }),
    );
    renderGrid(root, state, layer, cursor);
  };
  const moveTo = (cell: GridCell) => {
    cursor = cell;
    if (document.activeElement === root) {
      state.hoveredCell.value = cursor;
      revealCell(state, shown(), cursor);
    }
    show();
  };
  root.addEventListener('focus', () => moveTo(cursor));
  root.addEventListener('blur', () => {
    state.hoveredCell.value = null;
  });
  root.addEventListener('keydown', (event) => {
    const layer = model();
    const move = MOVES[event.key];
    const cell = layer && move && clampCell(layer, { ...cursor, ...move(cursor) });
    if (cell && grid === 'output' && cell.channel !== cursor.channel) state.chooseOutput(cell.channel);
    else if (cell) moveTo(cell);
    else if (event.key === 'Enter') state.pinCell(cursor);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  effect(() => {
    const outChannel = state.outChannel.value;
    const layer = model();
    if (!layer) return;
    cursor = clampCell(layer, grid === 'output' ? { ...cursor, channel: outChannel } : cursor);
    if (grid === 'output' && document.activeElement === root) state.hoveredCell.value = cursor;
    show();
  });
}

/** Rows, columns and channels. */
function gridSize({ summary, subject }: SceneModel, grid: GridCell['grid']): [number, number, number] {
  const { input, output } = summary.shapes;
  if (grid === 'input') return [input[1], input[2], input[0]];
  if (grid === 'output') return [output[1], output[2], output[0]];
  return [subject.kernel[0], subject.kernel[1], input[0]];
}

function clampCell(model: SceneModel, { grid, channel, row, col }: GridCell): GridCell {
  const [rows, cols, channels] = gridSize(model, grid);
  const inside = (index: number, count: number) => Math.min(Math.max(index, 0), count - 1);
  return { grid, channel: inside(channel, channels), row: inside(row, rows), col: inside(col, cols) };
}

function renderGrid(root: HTMLElement, state: AppState, model: SceneModel, cursor: GridCell) {
  const [rows, cols] = gridSize(model, cursor.grid);
  const range = (index: number, count: number) => {
    const first = Math.max(0, Math.min(index - Math.floor(WINDOW / 2), count - WINDOW));
    return Array.from({ length: Math.min(WINDOW, count) }, (_, k) => first + k);
  };
  root.setAttribute('aria-rowcount', String(rows));
  root.setAttribute('aria-colcount', String(cols));
  root.setAttribute('aria-activedescendant', idOf(cursor));
  root.replaceChildren(
    ...range(cursor.row, rows).map((row) => {
      const line = makeElement('div');
      line.setAttribute('role', 'row');
      line.setAttribute('aria-rowindex', String(row + 1));
      line.append(...range(cursor.col, cols).map((col) => makeCell(state, model, { ...cursor, row, col })));
      return line;
    }),
  );
}

function idOf({ grid, row, col }: Cell) {
  return `cell-${grid}-${row}-${col}`;
}

function makeCell(state: AppState, model: SceneModel, cell: Cell) {
  const value = cellValue(state, model, cell);
  const element = makeElement('span', '', value === null ? '…' : formatExact(value, model.summary.dtype));
  element.id = idOf(cell);
  element.setAttribute('role', 'gridcell');
  element.setAttribute('aria-colindex', String(cell.col + 1));
  return element;
}

/** Brings a cell into sight: its channel among the rows, its place in a zoomed grid. */
export function revealCell(
  state: AppState,
  frame: AnyFrame | null,
  { grid, channel, row, col }: EditableCell,
) {
  if (!frame || isMatrixFrame(frame) || grid === 'bias') return;
  const { model, firstChannel, rows } = frame;
  const inSight = channel >= firstChannel && channel < firstChannel + rows.length;
  if (grid !== 'output' && (!inSight || (grid === 'input' && !planeOf(frame, channel))))
    state.firstChannel.value = channel;
  const name = grid === 'output' ? 'output' : 'input';
  const zoom = state.zoom.peek()[name];
  if (grid === 'weight' || zoom.scale === 1) return;
  const [shown, top, left] =
    name === 'input'
      ? [frame.planes[0], row + model.plane.top, col + model.plane.left]
      : [currentOutput(frame), row, col];
  if (!shown) return;
  state.following.value = false;
  state.zoom.value = {
    ...state.zoom.peek(),
    [name]: panToShow(shown.place, shown.view, zoom, [top, top + 1, left, left + 1]),
  };
}
