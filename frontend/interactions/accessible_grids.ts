/**
 * The stage's grids for keyboard and screen reader: the same cells, a few around the cursor at a time,
 * however large the tensor is. The focused cell is asked about, as if the pointer were on it.
 */

import { effect } from '@preact/signals-core';
import type { Translate } from '../model/i18n.ts';
import { formatExact } from '../model/ledger.ts';
import type { Cell } from '../model/relations.ts';
import type { SceneModel } from '../model/scene_model.ts';
import type { AppState } from '../state/app_state.ts';
import { cellValue } from '../state/cell_value.ts';
import type { AnyFrame } from '../views/registry.ts';
import { isMatrixFrame } from '../views/registry.ts';
import { findElement, makeElement } from '../views/shared/dom.ts';
import { panToShow } from '../views/shared/zoom.ts';
import { rectInSlot } from '../views/stage/layout.ts';
import type { EditableCell } from './editable_cells.ts';

/** Rows and columns around the cursor that are in the document. */
const SEEN = 5;

type GridName = 'input' | 'weight' | 'output';

export function setUpAccessibleGrids(
  state: AppState,
  t: Translate,
  model: () => SceneModel | null,
  frame: () => AnyFrame | null,
) {
  for (const name of ['input', 'weight', 'output'] as const) setUpGrid(state, t, model, frame, name);
}

function setUpGrid(
  state: AppState,
  t: Translate,
  model: () => SceneModel | null,
  frame: () => AnyFrame | null,
  name: GridName,
) {
  const root = findElement(`#cells-${name}`, HTMLElement);
  let cursor: Cell = { grid: name, channel: 0, row: 0, col: 0 };
  const show = () => {
    const shown = model();
    root.hidden = !shown || (name === 'weight' && !shown.weight);
    if (shown && !root.hidden) renderGrid(root, state, t, shown, cursor);
  };
  const go = (to: Cell) => {
    cursor = to;
    if (document.activeElement === root) {
      state.hoveredCell.value = cursor;
      revealCell(state, frame(), cursor);
    }
    show();
  };
  root.addEventListener('focus', () => go(cursor));
  root.addEventListener('blur', () => {
    state.hoveredCell.value = null;
  });
  root.addEventListener('keydown', (event) => {
    const shown = model();
    const to = shown && moveCursor(shown, cursor, event.key);
    if (to && to.grid === 'output' && to.channel !== cursor.channel) state.chooseOutput(to.channel);
    else if (to) go(to);
    else if (event.key === 'Enter') state.pinCell(cursor);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  effect(() => {
    const o = state.outChannel.value;
    const shown = model();
    if (!shown) return;
    const [rows, cols, channels] = gridSize(shown, name);
    cursor = {
      grid: name,
      channel: name === 'output' ? o : Math.min(cursor.channel, channels - 1),
      row: Math.min(cursor.row, rows - 1),
      col: Math.min(cursor.col, cols - 1),
    };
    if (name === 'output' && document.activeElement === root) state.hoveredCell.value = cursor;
    show();
  });
}

/** Rows, columns and channels. */
function gridSize({ summary, subject }: SceneModel, name: GridName): [number, number, number] {
  const { input, output } = summary.shapes;
  if (name === 'input') return [input[1], input[2], input[0]];
  if (name === 'output') return [output[1], output[2], output[0]];
  return [subject.kernel[0], subject.kernel[1], input[0]];
}

/** Where a key takes the cursor, or null. */
function moveCursor(model: SceneModel, cell: Cell, key: string): Cell | null {
  const [rows, cols, channels] = gridSize(model, cell.grid as GridName);
  const inside = (at: number, count: number) => Math.min(Math.max(at, 0), count - 1);
  switch (key) {
    case 'ArrowLeft':
      return { ...cell, col: inside(cell.col - 1, cols) };
    case 'ArrowRight':
      return { ...cell, col: inside(cell.col + 1, cols) };
    case 'ArrowUp':
      return { ...cell, row: inside(cell.row - 1, rows) };
    case 'ArrowDown':
      return { ...cell, row: inside(cell.row + 1, rows) };
    case 'Home':
      return { ...cell, col: 0 };
    case 'End':
      return { ...cell, col: cols - 1 };
    case 'PageUp':
      return { ...cell, channel: inside(cell.channel - 1, channels) };
    case 'PageDown':
      return { ...cell, channel: inside(cell.channel + 1, channels) };
    default:
      return null;
  }
}

function renderGrid(root: HTMLElement, state: AppState, t: Translate, model: SceneModel, cursor: Cell) {
  const name = cursor.grid as GridName;
  const [rows, cols] = gridSize(model, name);
  root.setAttribute(
    'aria-label',
    t(`cells.${name}`, { channel: cursor.channel, output: state.outChannel.peek() }),
  );
  root.setAttribute('aria-rowcount', String(rows));
  root.setAttribute('aria-colcount', String(cols));
  const first = (at: number, count: number) => Math.max(0, Math.min(at - Math.floor(SEEN / 2), count - SEEN));
  const [top, left] = [first(cursor.row, rows), first(cursor.col, cols)];
  root.replaceChildren(
    ...Array.from({ length: Math.min(SEEN, rows) }, (_, i) => {
      const row = makeElement('div');
      row.setAttribute('role', 'row');
      row.setAttribute('aria-rowindex', String(top + i + 1));
      row.append(
        ...Array.from({ length: Math.min(SEEN, cols) }, (__, j) =>
          cellOf(state, model, { ...cursor, row: top + i, col: left + j }),
        ),
      );
      return row;
    }),
  );
  root.setAttribute('aria-activedescendant', idOf(cursor));
}

function idOf({ grid, row, col }: Cell) {
  return `cell-${grid}-${row}-${col}`;
}

function cellOf(state: AppState, model: SceneModel, cell: Cell) {
  const value = cellValue(state, model, cell);
  const element = makeElement('span', '', value === null ? '…' : formatExact(value, model.summary.dtype));
  element.id = idOf(cell);
  element.setAttribute('role', 'gridcell');
  element.setAttribute('aria-colindex', String(cell.col + 1));
  return element;
}

/** Brings a cell into sight: its channel among the rows, its place in a zoomed grid. */
export function revealCell(state: AppState, frame: AnyFrame | null, cell: EditableCell) {
  if (!frame || isMatrixFrame(frame) || cell.grid === 'bias') return;
  const { layout: at, model, first } = frame;
  const hidden = cell.grid !== 'output' && (cell.channel < first || cell.channel >= first + at.visible);
  if (hidden)
    state.firstChannel.value = Math.min(
      Math.max(cell.channel - Math.floor(at.visible / 2), 0),
      model.subject.channels - at.visible,
    );
  const name = cell.grid === 'output' ? 'output' : 'input';
  const zoom = state.zoom.peek()[name];
  if (cell.grid === 'weight' || zoom.scale === 1) return;
  const { top, left } = name === 'input' ? model.plane : { top: 0, left: 0 };
  const [row, col] = [cell.row + top, cell.col + left];
  const [place, view] =
    name === 'input' ? [rectInSlot(at, at.input, 0), frame.inputView] : [at.output, frame.outputView];
  state.following.value = false;
  state.zoom.value = {
    ...state.zoom.peek(),
    [name]: panToShow(place, view, zoom, row, row + 1, col, col + 1),
  };
}
