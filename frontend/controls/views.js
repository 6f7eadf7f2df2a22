/**
 * The views that are not the stage, and what the matrix views offer: scrolling, zoom, the input channel, the transpose.
 *
 * @import {State} from '../state.js'
 * @import {Translate} from '../i18n.js'
 * @import {Sheet} from '../views.js'
 * @import {Model} from '../frame.js'
 * @import {Parts} from '../workbench.js'
 * @import {Pane} from '../panes.js'
 */

import { batch, effect } from '@preact/signals-core';
import { inChannels } from '../geometry.js';
import * as matrix from '../matrix.js';
import { LARGEST, paneAt, scrolls } from '../panes.js';
import * as sparse from '../sparse.js';
import { isSheet } from '../views.js';
import { find, setText } from './dom.js';
import { stepper } from './transport.js';

/** Pixels of the wheel that double a cell. */
const DOUBLE = 300;
const ZOOM_STEP = 1.4;

/** So many rows of earlier output channels are loaded. */
const MOST_EARLIER = 32;

/** Pixels that tell a drag from a click. */
const DRAG = 4;

/** @param {Parts} parts */
export function views({ state, canvas, t, model, shown }) {
  const sheet = () => {
    const frame = shown();
    return frame && isSheet(frame) ? frame : null;
  };
  captions(state, t, model);
  channels(state, t, model);
  earlierOutputs(state, model);
  zoomButtons(state, sheet);
  wheel(state, canvas, sheet);
  dragging(state, canvas, sheet);
  effect(() => {
    canvas.style.touchAction = ['stage', 'scatter'].includes(state.shownView.value) ? '' : 'pan-y pinch-zoom';
  });
}

/** What the picture says, in words. @param {State} state @param {Translate} t @param {() => Model|null} model */
function captions(state, t, model) {
  const bar = find('#view-bar', HTMLElement);
  const caption = find('#view-caption', HTMLElement);
  const box = find('#transpose', HTMLInputElement);
  box.onchange = () => {
    state.transposed.value = box.checked;
  };
  effect(() => {
    const [view, layer] = [state.shownView.value, model()];
    const sheet = view === 'matrix' || view === 'sparse';
    find('#view-sizes', HTMLElement).hidden = !sheet;
    if (sheet) bar.hidden = false;
    box.checked = state.transposed.value;
    find('#transpose-room', HTMLElement).hidden = view !== 'sparse';
    if (view === 'matrix' && layer) setText(caption, matrixCaption(t, layer, state.outChannel.value));
    if (view === 'sparse' && layer) setText(caption, t(sparseCaption(layer, state.transposed.value)));
  });
}

/** @param {Translate} t @param {Model} model @param {number} o */
function matrixCaption(t, model, o) {
  const { summary } = model;
  const { input, output } = summary.shapes;
  const { depth, windows, outputs } = matrix.productOf(model, o);
  const sizes = { rows: outputs.length, depth, windows, outputs: output[0], inputs: input[0], height: input[1], width: input[2] };
  if (matrix.isPointwise(model)) return t('matrix.caption.pointwise', sizes);
  const groups = summary.operation.groups ?? 1;
  const group = groups > 1 ? t('matrix.caption.group', { group: Math.floor(o / outputs.length) + 1, groups }) : '';
  return [t('matrix.caption', sizes), group].filter(Boolean).join(' ');
}

/** @param {Model} model @param {boolean} transposed */
function sparseCaption({ summary: { operation } }, transposed) {
  if (operation.kind === 'conv_transpose2d') return transposed ? 'sparse.caption.forth' : 'sparse.caption.back';
  if (!transposed) return 'sparse.caption';
  const plain = operation.padding_mode === 'zeros' && !operation.flip;
  return plain ? 'sparse.caption.transposed' : 'sparse.caption.adjoint';
}

/** Which input channel the sparse matrix is of. @param {State} state @param {Translate} t @param {() => Model|null} model */
function channels(state, t, model) {
  const room = find('#in-channel-room', HTMLElement);
  /** @type {number[]} */
  let inputs = [];
  const show = stepper(room, t, (channel) => batch(() => {
    state.following.value = false;
    state.inChannel.value = inputs.indexOf(channel);
  }));
  effect(() => {
    const [layer, position] = [model(), state.position.value];
    if (!layer || !position || state.shownView.value !== 'sparse') {
      room.hidden = true;
      return;
    }
    inputs = inChannels(layer.summary, position.outChannel);
    room.hidden = inputs.length < 2;
    const index = sparse.indexShown({
      model: layer, position, asked: state.asked.value, following: state.following.value,
      granularity: state.granularity.value, inChannel: state.inChannel.value,
    });
    const [least = 0, most = least] = [inputs[0], inputs.at(-1)];
    show(inputs[index] ?? least, { least, most, count: layer.summary.shapes.input[0] });
  });
}

/** The rows of the output channels before this one show their numbers too. @param {State} state @param {() => Model|null} model */
function earlierOutputs(state, model) {
  const load = async (/** @type {number} */ from, /** @type {number} */ to) => {
    for (let o = from; o >= to && state.outChannel.peek() > o; o--) await state.loadOutput(o);
  };
  effect(() => {
    const [layer, o] = [model(), state.outChannel.value];
    if (layer && state.shownView.value === 'matrix') load(o - 1, Math.max(matrix.productOf(layer, o).outputs[0] ?? 0, o - MOST_EARLIER));
  });
}

/** The first in sight on each axis; the pane at hand decides where two panes of an axis differ. @param {Sheet} frame @param {Pane} [hand] */
function firsts(frame, hand) {
  /** @type {Record<string, number>} */
  const at = {};
  for (const pane of [...Object.values(frame.panes), ...(hand ? [hand] : [])]) {
    if (pane.axes[0]) at[pane.axes[0]] = pane.top;
    if (pane.axes[1]) at[pane.axes[1]] = pane.left;
  }
  return at;
}

/** The reader chooses what is in sight, of the channel that is looked at. @param {State} state @param {Sheet} frame @param {Record<string, number>} at */
function scrollTo(state, frame, at, cell = frame.cell) {
  batch(() => {
    state.following.value = false;
    if (frame.view === 'sparse') state.inChannel.value = frame.index;
    state.sight.value = { key: frame.key, cell, at };
  });
}

/** Another size of cells; what is under the point stays there. @param {State} state @param {Sheet} frame @param {number} factor @param {{pane: Pane, row: number, col: number}} [under] */
function zoom(state, frame, factor, under) {
  const wish = frame.cell * factor;
  const cell = Math.min(Math.max(factor > 1 ? Math.ceil(wish) : Math.floor(wish), frame.least), LARGEST);
  if (cell === frame.cell) return;
  if (!under) {
    state.sight.value = { key: frame.key, cell, at: firsts(frame) };
    return;
  }
  const { pane, row, col } = under;
  const at = firsts(frame, pane);
  const kept = (/** @type {number} */ place, /** @type {number} */ first) => Math.max(0, Math.round(place - ((place - first) * frame.cell) / cell));
  if (pane.axes[0]) at[pane.axes[0]] = kept(row, pane.top);
  if (pane.axes[1]) at[pane.axes[1]] = kept(col, pane.left);
  scrollTo(state, frame, at, cell);
}

/** @param {State} state @param {() => Sheet|null} sheet */
function zoomButtons(state, sheet) {
  for (const [id, factor] of /** @type {const} */ ([['#view-larger', ZOOM_STEP], ['#view-smaller', 1 / ZOOM_STEP]])) {
    find(id, HTMLButtonElement).onclick = () => {
      const frame = sheet();
      if (frame) zoom(state, frame, factor);
    };
  }
}

/** The wheel scrolls as it does on a page, and zooms with Ctrl, as pinching does. @param {State} state @param {HTMLCanvasElement} canvas @param {() => Sheet|null} sheet */
function wheel(state, canvas, sheet) {
  let [restX, restY] = [0, 0];
  canvas.addEventListener('wheel', (event) => {
    const frame = sheet();
    const found = frame && paneAt(frame.panes, event.offsetX, event.offsetY);
    const pane = frame && found && /** @type {Record<string, Pane>} */ (frame.panes)[found.name];
    if (!frame || !found || !pane) return;
    if (event.ctrlKey) {
      event.preventDefault();
      zoom(state, frame, 2 ** (-event.deltaY / DOUBLE), { pane, ...found });
      return;
    }
    const [down, across] = scrolls(pane);
    if (!down && !across) return;
    event.preventDefault();
    const sideways = event.shiftKey || !down;
    restX += event.deltaX + (sideways && event.deltaX === 0 ? event.deltaY : 0);
    restY += sideways ? 0 : event.deltaY;
    const [cols, rows] = [Math.trunc(restX / frame.cell), Math.trunc(restY / frame.cell)];
    [restX, restY] = [restX - cols * frame.cell, restY - rows * frame.cell];
    move(state, frame, pane, pane.top + rows, pane.left + cols);
  }, { passive: false });
}

/** @param {State} state @param {Sheet} frame @param {Pane} pane @param {number} top @param {number} left */
function move(state, frame, pane, top, left) {
  const at = firsts(frame, pane);
  const high = Math.round(pane.place.height / pane.size[0]);
  const wide = Math.round(pane.place.width / pane.size[1]);
  if (pane.axes[0]) at[pane.axes[0]] = Math.max(0, Math.min(top, pane.rows - high));
  if (pane.axes[1]) at[pane.axes[1]] = Math.max(0, Math.min(left, pane.cols - wide));
  if (Object.entries(firsts(frame, pane)).some(([axis, first]) => at[axis] !== first)) scrollTo(state, frame, at);
}

/** A matrix moves with the hand. @param {State} state @param {HTMLCanvasElement} canvas @param {() => Sheet|null} sheet */
function dragging(state, canvas, sheet) {
  /** @type {{x: number, y: number, name: string, pane: Pane}|null} */
  let drag = null;
  canvas.addEventListener('pointerdown', (event) => {
    const frame = sheet();
    const found = frame && event.button === 0 ? paneAt(frame.panes, event.offsetX, event.offsetY) : null;
    const pane = frame && found && /** @type {Record<string, Pane>} */ (frame.panes)[found.name];
    if (!frame || !found || !pane || !scrolls(pane).includes(true)) return;
    state.dragged = false;
    drag = { x: event.offsetX, y: event.offsetY, name: found.name, pane };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener('pointermove', (event) => {
    const frame = sheet();
    if (!drag || !frame) return;
    const [dx, dy] = [event.offsetX - drag.x, event.offsetY - drag.y];
    state.dragged ||= Math.hypot(dx, dy) > DRAG;
    const now = /** @type {Record<string, Pane>} */ (frame.panes)[drag.name];
    if (state.dragged && now) move(state, frame, now, drag.pane.top - Math.round(dy / now.size[0]), drag.pane.left - Math.round(dx / now.size[1]));
  });
  for (const end of ['pointerup', 'pointercancel']) canvas.addEventListener(end, () => (drag = null));
}
