/**
 * The stage under the pointer: questions.
 *
 * @import {State} from '../state.js'
 * @import {AnyFrame} from '../views.js'
 * @import {Cell} from '../questions.js'
 */

import { sameCell } from '../questions.js';
import { cellUnder } from '../views.js';

/** @param {State} state @param {HTMLCanvasElement} canvas @param {() => AnyFrame|null} shown */
export function questions(state, canvas, shown) {
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
