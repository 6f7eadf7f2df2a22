/**
 * The views that are not the stage, and what the matrix views offer: scrolling, zoom, the input channel, the
 * transpose.
 */

import { batch, effect } from '@preact/signals-core';
import { setUpChannelChoice, showCaptions } from '../controls/matrix_controls.ts';
import type { SceneModel } from '../model/scene_model.ts';
import type { AppState } from '../state/app_state.ts';
import type { AppContext } from '../views/app_context.ts';
import * as matrix from '../views/matrix/frame.ts';
import type { AnyMatrixFrame } from '../views/registry.ts';
import { isMatrixFrame } from '../views/registry.ts';
import { findElement } from '../views/shared/dom.ts';
import type { MatrixPane } from '../views/shared/matrix_viewport.ts';
import { canScroll, hitTestPane, LARGEST_CELL } from '../views/shared/matrix_viewport.ts';

/** Pixels of the wheel that double a cell. */
const DOUBLE = 300;
const ZOOM_STEP = 1.4;

/** So many rows of earlier output channels are loaded. */
const MOST_EARLIER = 32;

/** Pixels that tell a drag from a click. */
const DRAG = 4;

export function setUpMatrixViews({ state, canvas, t, model, shown }: AppContext) {
  const sheet = () => {
    const frame = shown();
    return frame && isMatrixFrame(frame) ? frame : null;
  };
  showCaptions(state, t, model);
  setUpChannelChoice(state, t, model);
  loadEarlierOutputs(state, model);
  setUpZoomButtons(state, sheet);
  setUpWheel(state, canvas, sheet);
  setUpDragging(state, canvas, sheet);
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
    if (layer && state.shownView.value === 'matrix')
      load(o - 1, Math.max(matrix.makeProduct(layer, o).outputs[0] ?? 0, o - MOST_EARLIER));
  });
}

/** The first in sight on each axis; the pane at hand decides where two panes of an axis differ. */
function firstOnAxes(frame: AnyMatrixFrame, hand?: MatrixPane) {
  const at: Record<string, number> = {};
  for (const pane of [...Object.values(frame.panes), ...(hand ? [hand] : [])]) {
    if (pane.axes[0]) at[pane.axes[0]] = pane.top;
    if (pane.axes[1]) at[pane.axes[1]] = pane.left;
  }
  return at;
}

/** The reader chooses what is in sight, of the channel that is looked at. */
function scrollTo(state: AppState, frame: AnyMatrixFrame, at: Record<string, number>, cell = frame.cell) {
  batch(() => {
    state.following.value = false;
    if (frame.view === 'sparse') state.inChannel.value = frame.index;
    state.viewport.value = { key: frame.key, cell, at };
  });
}

/** Another size of cells; what is under the point stays there. */
function zoom(
  state: AppState,
  frame: AnyMatrixFrame,
  factor: number,
  under?: { pane: MatrixPane; row: number; col: number },
) {
  const wish = frame.cell * factor;
  const cell = Math.min(Math.max(factor > 1 ? Math.ceil(wish) : Math.floor(wish), frame.least), LARGEST_CELL);
  if (cell === frame.cell) return;
  if (!under) {
    state.viewport.value = { key: frame.key, cell, at: firstOnAxes(frame) };
    return;
  }
  const { pane, row, col } = under;
  const at = firstOnAxes(frame, pane);
  const kept = (place: number, first: number) =>
    Math.max(0, Math.round(place - ((place - first) * frame.cell) / cell));
  if (pane.axes[0]) at[pane.axes[0]] = kept(row, pane.top);
  if (pane.axes[1]) at[pane.axes[1]] = kept(col, pane.left);
  scrollTo(state, frame, at, cell);
}

function setUpZoomButtons(state: AppState, sheet: () => AnyMatrixFrame | null) {
  for (const [id, factor] of [
    ['#view-larger', ZOOM_STEP],
    ['#view-smaller', 1 / ZOOM_STEP],
  ] as const) {
    findElement(id, HTMLButtonElement).onclick = () => {
      const frame = sheet();
      if (frame) zoom(state, frame, factor);
    };
  }
}

/** The wheel scrolls as it does on a page, and zooms with Ctrl, as pinching does. */
function setUpWheel(state: AppState, canvas: HTMLCanvasElement, sheet: () => AnyMatrixFrame | null) {
  let [restX, restY] = [0, 0];
  canvas.addEventListener(
    'wheel',
    (event) => {
      const frame = sheet();
      const found = frame && hitTestPane(frame.panes, event.offsetX, event.offsetY);
      const pane = frame && found && (frame.panes as Record<string, MatrixPane>)[found.name];
      if (!frame || !found || !pane) return;
      if (event.ctrlKey) {
        event.preventDefault();
        zoom(state, frame, 2 ** (-event.deltaY / DOUBLE), { pane, ...found });
        return;
      }
      const [down, across] = canScroll(pane);
      if (!down && !across) return;
      event.preventDefault();
      const sideways = event.shiftKey || !down;
      restX += event.deltaX + (sideways && event.deltaX === 0 ? event.deltaY : 0);
      restY += sideways ? 0 : event.deltaY;
      const [cols, rows] = [Math.trunc(restX / frame.cell), Math.trunc(restY / frame.cell)];
      [restX, restY] = [restX - cols * frame.cell, restY - rows * frame.cell];
      move(state, frame, pane, pane.top + rows, pane.left + cols);
    },
    { passive: false },
  );
}

function move(state: AppState, frame: AnyMatrixFrame, pane: MatrixPane, top: number, left: number) {
  const at = firstOnAxes(frame, pane);
  const high = Math.round(pane.place.height / pane.size[0]);
  const wide = Math.round(pane.place.width / pane.size[1]);
  if (pane.axes[0]) at[pane.axes[0]] = Math.max(0, Math.min(top, pane.rows - high));
  if (pane.axes[1]) at[pane.axes[1]] = Math.max(0, Math.min(left, pane.cols - wide));
  if (Object.entries(firstOnAxes(frame, pane)).some(([axis, first]) => at[axis] !== first))
    scrollTo(state, frame, at);
}

/** A matrix moves with the hand. */
function setUpDragging(state: AppState, canvas: HTMLCanvasElement, sheet: () => AnyMatrixFrame | null) {
  let drag: { x: number; y: number; name: string; pane: MatrixPane } | null = null;
  canvas.addEventListener('pointerdown', (event) => {
    const frame = sheet();
    const found = frame && event.button === 0 ? hitTestPane(frame.panes, event.offsetX, event.offsetY) : null;
    const pane = frame && found && (frame.panes as Record<string, MatrixPane>)[found.name];
    if (!frame || !found || !pane || !canScroll(pane).includes(true)) return;
    state.dragged = false;
    drag = { x: event.offsetX, y: event.offsetY, name: found.name, pane };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener('pointermove', (event) => {
    const frame = sheet();
    if (!drag || !frame) return;
    const [dx, dy] = [event.offsetX - drag.x, event.offsetY - drag.y];
    state.dragged ||= Math.hypot(dx, dy) > DRAG;
    const now = (frame.panes as Record<string, MatrixPane>)[drag.name];
    if (state.dragged && now)
      move(
        state,
        frame,
        now,
        drag.pane.top - Math.round(dy / now.size[0]),
        drag.pane.left - Math.round(dx / now.size[1]),
      );
  });
  for (const end of ['pointerup', 'pointercancel']) canvas.addEventListener(end, () => (drag = null));
}
