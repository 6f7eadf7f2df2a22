/**
 * The stage under the pointer, and its tints.
 *
 * @import {State} from '../state.js'
 * @import {Translate} from '../i18n.js'
 */

import { effect } from '../../vendor/signals-core-1.14.5.js';
import { find } from './dom.js';

/** Pixels of the wheel that make a channel. */
const WHEEL = 60;

/** @param {State} state @param {HTMLCanvasElement} canvas @param {Translate} t */
export function stage(state, canvas, t) {
  const tints = find('#tints', HTMLInputElement);
  const room = find('#tints-room', HTMLElement);
  tints.onchange = () => {
    state.tinted.value = tints.checked;
  };
  effect(() => {
    tints.checked = state.tinted.value;
  });
  effect(() => {
    const shape = state.scene.value?.summary.shapes.input;
    room.hidden = !shape || shape[0] !== 3 || Math.min(shape[1], shape[2]) < 24;
    canvas.setAttribute('aria-label', t('stage.label', { input: shape?.join('×') ?? '', output: state.scene.value?.summary.shapes.output.join('×') ?? '' }));
  });
  let turned = 0;
  canvas.addEventListener('wheel', (event) => {
    const channels = state.scene.peek()?.summary.shapes.input[0] ?? 1;
    if (channels <= 6 || event.ctrlKey) return;
    event.preventDefault();
    turned += event.deltaY;
    const rows = Math.trunc(turned / WHEEL);
    turned -= rows * WHEEL;
    if (rows) state.scroll.value = Math.min(Math.max((state.scroll.peek() ?? 0) + rows, 0), channels - 1);
  }, { passive: false });
}
