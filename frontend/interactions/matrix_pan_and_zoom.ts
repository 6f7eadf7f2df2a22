/** The matrix views: scrolling and zoom by wheel, drag and buttons. */

import { batch, effect } from '@preact/signals-core';
import type { SceneModel } from '../model/scene_model.ts';
import type { AppState } from '../state/app_state.ts';
import type { AppContext } from '../views/app_context.ts';
import { makeProduct } from '../views/matrix/product.ts';
import type { AnyMatrixFrame } from '../views/registry.ts';
import { matrixFrameOf } from '../views/registry.ts';
import { findElement } from '../views/shared/dom.ts';
import type { MatrixPane, PaneCell, Panes } from '../views/shared/matrix_viewport.ts';
import { canScroll, hitTestPane } from '../views/shared/matrix_viewport.ts';
import { LARGEST_CELL } from '../views/shared/text_fit.ts';
import { setUpDrag } from './drag.ts';
import { WHEEL_PER_DOUBLING } from './pan_and_zoom.ts';

/** How much a press of a button zooms. */
const BUTTON_FACTOR = 1.4;

/** Earlier output channels whose rows are loaded. */
const MAX_EARLIER = 32;

export function setUpMatrixViews({ state, canvas, model, shown }: AppContext) {
  const matrixFrame = () => matrixFrameOf(shown());
  loadEarlierOutputs(state, model);
  setUpZoomButtons(state, matrixFrame);
  setUpWheel(state, canvas, matrixFrame);
  setUpDrag(state, canvas, (event) => {
    const frame = matrixFrame();
    const cell = frame && cellUnder(frame, event);
    if (!cell || !canScroll(cell.pane).includes(true)) return null;
    const { name, pane } = cell;
    return (dx, dy) => {
      const current = matrixFrame();
      const { size } = (current && panesOf(current)[name]) ?? pane;
      const [top, left] = [pane.top - Math.round(dy / size[0]), pane.left - Math.round(dx / size[1])];
      if (current) scrollPane(state, current, name, top, left);
    };
  });
  effect(() => {
    canvas.style.touchAction = ['stage', 'scatter'].includes(state.shownView.value) ? '' : 'pan-y pinch-zoom';
  });
}

/** The rows of the output channels before this one show their numbers too. */
function loadEarlierOutputs(state: AppState, model: () => SceneModel | null) {
  const load = async (from: number, to: number) => {
    for (let o = from; o >= to && state.outChannel.peek() > o; o--) await state.loadOutput(o);
  };
  effect(() => {
    const [layer, o] = [model(), state.outChannel.value];
    if (layer && state.shownView.value === 'matrix' && state.direction.value === 'forward')
      load(o - 1, Math.max(makeProduct(layer, o).outputs[0] ?? 0, o - MAX_EARLIER));
  });
}

function panesOf(frame: AnyMatrixFrame): Panes {
  return frame.panes;
}

function cellUnder(frame: AnyMatrixFrame, { offsetX, offsetY }: MouseEvent) {
  return hitTestPane(panesOf(frame), offsetX, offsetY);
}

/** The first row or column in sight on each axis; `pane` decides where two panes of an axis differ. */
function firstOnAxes(frame: AnyMatrixFrame, pane?: MatrixPane) {
  const first: Record<string, number> = {};
  for (const { axes, top, left } of [...Object.values(frame.panes), ...(pane ? [pane] : [])]) {
    if (axes[0]) first[axes[0]] = top;
    if (axes[1]) first[axes[1]] = left;
  }
  return first;
}

/** The reader chooses what is in sight, of the channel that is shown. */
function scrollTo(state: AppState, frame: AnyMatrixFrame, at: Record<string, number>, cell = frame.cell) {
  batch(() => {
    state.following.value = false;
    if (frame.channelIndex !== undefined) state.inChannel.value = frame.channelIndex;
    state.viewport.value = { key: frame.viewportKey, cell, at };
  });
}

function scrollPane(state: AppState, frame: AnyMatrixFrame, name: string, top: number, left: number) {
  const pane = panesOf(frame)[name];
  if (!pane) return;
  const before = firstOnAxes(frame, pane);
  const after = { ...before };
  const high = Math.round(pane.place.height / pane.size[0]);
  const wide = Math.round(pane.place.width / pane.size[1]);
  if (pane.axes[0]) after[pane.axes[0]] = Math.max(0, Math.min(top, pane.rows - high));
  if (pane.axes[1]) after[pane.axes[1]] = Math.max(0, Math.min(left, pane.cols - wide));
  if (Object.keys(before).some((axis) => after[axis] !== before[axis])) scrollTo(state, frame, after);
}

/** Another size of cells; what is under the pointer stays there. */
function zoomBy(state: AppState, frame: AnyMatrixFrame, factor: number, under?: PaneCell) {
  const size = frame.cell * factor;
  const cell = Math.min(
    Math.max(factor > 1 ? Math.ceil(size) : Math.floor(size), frame.leastCell),
    LARGEST_CELL,
  );
  if (cell === frame.cell) return;
  if (!under) {
    state.viewport.value = { key: frame.viewportKey, cell, at: firstOnAxes(frame) };
    return;
  }
  const { pane, row, col } = under;
  const at = firstOnAxes(frame, pane);
  const keep = (index: number, first: number) =>
    Math.max(0, Math.round(index - ((index - first) * frame.cell) / cell));
  if (pane.axes[0]) at[pane.axes[0]] = keep(row, pane.top);
  if (pane.axes[1]) at[pane.axes[1]] = keep(col, pane.left);
  scrollTo(state, frame, at, cell);
}

function setUpZoomButtons(state: AppState, matrixFrame: () => AnyMatrixFrame | null) {
  const zoom = (factor: number) => () => {
    const frame = matrixFrame();
    if (frame) zoomBy(state, frame, factor);
  };
  findElement('#view-larger', HTMLButtonElement).onclick = zoom(BUTTON_FACTOR);
  findElement('#view-smaller', HTMLButtonElement).onclick = zoom(1 / BUTTON_FACTOR);
}

/** The wheel scrolls as it does on a page, and zooms with Ctrl, as pinching does. */
function setUpWheel(state: AppState, canvas: HTMLCanvasElement, matrixFrame: () => AnyMatrixFrame | null) {
  let [restX, restY] = [0, 0];
  canvas.addEventListener(
    'wheel',
    (event) => {
      const frame = matrixFrame();
      const cell = frame && cellUnder(frame, event);
      if (!cell) return;
      const [down, across] = canScroll(cell.pane);
      if (!event.ctrlKey && !down && !across) return;
      event.preventDefault();
      if (event.ctrlKey) return zoomBy(state, frame, 2 ** (-event.deltaY / WHEEL_PER_DOUBLING), cell);
      const sideways = event.shiftKey || !down;
      restX += event.deltaX + (sideways && event.deltaX === 0 ? event.deltaY : 0);
      restY += sideways ? 0 : event.deltaY;
      const [cols, rows] = [Math.trunc(restX / frame.cell), Math.trunc(restY / frame.cell)];
      [restX, restY] = [restX - cols * frame.cell, restY - rows * frame.cell];
      scrollPane(state, frame, cell.name, cell.pane.top + rows, cell.pane.left + cols);
    },
    { passive: false },
  );
}
