/**
 * The stage under the pointer: questions; and its tints.
 *
 * @import {State} from '../state.js'
 * @import {Translate} from '../i18n.js'
 * @import {AnyFrame} from '../views.js'
 * @import {Cell} from '../questions.js'
 */

import { effect } from '../../vendor/signals-core-1.14.5.js';
import { sameCell } from '../questions.js';
import { cellUnder } from '../views.js';
import { find } from './dom.js';

/** @param {State} state @param {HTMLCanvasElement} canvas @param {Translate} t @param {() => AnyFrame|null} shown */
export function stage(state, canvas, t, shown) {
  tints(state, canvas, t);
  questions(state, canvas, shown);
}

/** @param {State} state @param {HTMLCanvasElement} canvas @param {() => AnyFrame|null} shown */
function questions(state, canvas, shown) {
  const under = (/** @type {MouseEvent} */ event) => {
    const frame = shown();
    return frame && cellUnder(frame, event.offsetX, event.offsetY);
  };
  /** @type {Cell|null} */
  let pressed = null;
  canvas.addEventListener('pointermove', (event) => {
    if (event.pointerType === 'touch') return;
    const cell = under(event);
    if (!sameCell(cell, state.hover.peek())) state.hover.value = cell;
  });
  canvas.addEventListener('pointerleave', () => {
    state.hover.value = null;
  });
  canvas.addEventListener('click', (event) => {
    if (state.dragged) return;
    const cell = under(event);
    state.doubled = sameCell(cell, pressed);
    pressed = cell;
    if (/** @type {PointerEvent} */ (event).pointerType === 'touch') state.pin.value = cell;
    else state.ask(cell);
  });
  canvas.addEventListener('dblclick', (event) => {
    if (state.doubled) state.ask(under(event));
  });
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape') state.hover.value = state.pin.value = null;
  });
}

/** @param {State} state @param {HTMLCanvasElement} canvas @param {Translate} t */
function tints(state, canvas, t) {
  const box = find('#tints', HTMLInputElement);
  const room = find('#tints-room', HTMLElement);
  box.onchange = () => {
    state.tinted.value = box.checked;
  };
  effect(() => {
    box.checked = state.tinted.value;
  });
  effect(() => {
    const shapes = state.scene.value?.summary.shapes;
    if (!shapes) return;
    room.hidden = shapes.input[0] !== 3 || Math.min(shapes.input[1], shapes.input[2]) < 24;
    canvas.setAttribute('aria-label', t(`${state.shownView.value}.label`, { input: shapes.input.join('×'), output: shapes.output.join('×') }));
  });
}
