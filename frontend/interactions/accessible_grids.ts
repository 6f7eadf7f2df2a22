/**
 * The stage's grids for keyboard and screen reader: the same cells, a few around the cursor at a time. The
 * focused cell shows its relations, as if the pointer were on it.
 */

import { computed, effect, untracked } from '@preact/signals-core';
import { formatExact } from '../model/numbers.ts';
import type { Cell } from '../model/relations.ts';
import type { SceneModel } from '../model/scene_model.ts';
import type { AppState } from '../state/app_state.ts';
import { cellValue } from '../state/cell_value.ts';
import type { AppContext, Gradients } from '../views/app_context.ts';
import type { AnyFrame } from '../views/registry.ts';
import { isChannelFrame } from '../views/registry.ts';
import { findElement, makeElement } from '../views/shared/dom.ts';
import { panToShow } from '../views/shared/zoom.ts';
import { currentOutput, planeOf } from '../views/stage/channel_frame.ts';
import type { EditableCell } from './editable_cells.ts';

/** Rows and columns around the cursor that are in the document. */
const WINDOW = 5;

const GRIDS = ['input', 'weight', 'output'] as const;

/** Where time runs through a gradient, the upstream and the gradient are in the place of input and output. */
const BACK = { input: 'upstream', weight: 'weight', output: 'gradient' } as const;

type GridName = (typeof GRIDS)[number];

type GridCell = Cell & { grid: GridName | 'upstream' | 'gradient' };

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

/** place: in the page. */
function setUpGrid(context: AppContext, place: GridName) {
  const { state, t, model, shown, gradients } = context;
  const back = () => (state.direction.value === 'forward' ? null : gradients.value);
  const gridNow = () => (back() ? BACK[place] : place);
  let grid: GridCell['grid'] = place;
  const clamp = (layer: SceneModel, cell: GridCell) => clampCell(gridSize(layer, cell.grid, back()), cell);
  const root = findElement(`#cells-${place}`, HTMLElement);
  let cursor: GridCell = { grid, channel: 0, row: 0, col: 0 };
  const show = () => {
    const layer = model();
    // On the way back the kernel is not edited.
    root.hidden = !layer || (place === 'weight' && (!layer.weight || back() !== null));
    if (!layer || root.hidden) return;
    root.setAttribute(
      'aria-label',
      t(`cells.${grid}`, { channel: cursor.channel, output: state.outChannel.peek() }),
    );
    renderGrid(root, context, layer, cursor, gridSize(layer, grid, back()));
  };
  // Another moment of a gradient has the same numbers: only those that arrive are written anew.
  const planes = computed(() => back()?.moment.value?.planes);
  const biasGradient = computed(() => back()?.moment.value?.biasGradient);
  const readGradients = () => [planes.value?.version, biasGradient.value, back()?.upstream.value];
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
    const cell = layer && move && clamp(layer, { ...cursor, ...move(cursor) });
    if (cell && place === 'output' && cell.channel !== cursor.channel) state.chooseOutput(cell.channel);
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
    grid = gridNow();
    readGradients();
    const channel = place === 'output' ? outChannel : cursor.channel;
    cursor = clamp(layer, { ...cursor, grid, channel });
    if (place === 'output' && document.activeElement === root) state.hoveredCell.value = cursor;
    show();
  });
}

type Size = [rows: number, cols: number, channels: number];

function gridSize({ summary, subject }: SceneModel, grid: GridCell['grid'], back: Gradients | null): Size {
  const { input, output } = summary.shapes;
  if (grid === 'upstream' || grid === 'gradient') return back?.sizeOf(grid) ?? [1, 1, 1];
  if (grid === 'input') return [input[1], input[2], input[0]];
  if (grid === 'output') return [output[1], output[2], output[0]];
  return [subject.kernel[0], subject.kernel[1], input[0]];
}

function clampCell([rows, cols, channels]: Size, { grid, channel, row, col }: GridCell): GridCell {
  const inside = (index: number, count: number) => Math.min(Math.max(index, 0), count - 1);
  return { grid, channel: inside(channel, channels), row: inside(row, rows), col: inside(col, cols) };
}

function renderGrid(
  root: HTMLElement,
  context: AppContext,
  model: SceneModel,
  cursor: GridCell,
  [rows, cols]: Size,
) {
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
      line.append(...range(cursor.col, cols).map((col) => makeCell(context, model, { ...cursor, row, col })));
      return line;
    }),
  );
}

function idOf({ grid, row, col }: Cell) {
  return `cell-${grid}-${row}-${col}`;
}

function makeCell({ state, gradients }: AppContext, model: SceneModel, cell: GridCell) {
  const back = cell.grid === 'upstream' || cell.grid === 'gradient';
  const gradientNow = () => gradients.peek()?.valueOf(cell) ?? null;
  const value = back ? untracked(gradientNow) : cellValue(state, model, cell);
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
  if (!isChannelFrame(frame) || grid === 'bias') return;
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
