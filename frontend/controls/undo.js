/**
 * Undo and redo: two buttons and their keys.
 *
 * @import {Changes} from '../changes.js'
 */

import { effect } from '@preact/signals-core';
import { find } from './dom.js';

/** @param {Changes} changes */
export function undoRedo(changes) {
  const [undo, redo] = [find('#undo', HTMLButtonElement), find('#redo', HTMLButtonElement)];
  undo.onclick = () => changes.undo();
  redo.onclick = () => changes.redo();
  effect(() => {
    undo.disabled = !changes.canUndo.value;
    redo.disabled = !changes.canRedo.value;
  });
  addEventListener('keydown', (event) => {
    const key = event.key.toLowerCase();
    if (!(event.ctrlKey || event.metaKey) || event.altKey || (key !== 'z' && key !== 'y') || isTyping(event.target)) return;
    event.preventDefault();
    if (key === 'y' || event.shiftKey) changes.redo();
    else changes.undo();
  });
}

/** A text field undoes its own typing; a number in the panel is a scene of its own. @param {EventTarget|null} target */
function isTyping(target) {
  return target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && target.type === 'text');
}
