/** Undo and redo: two buttons and their keys. */

import { effect } from '@preact/signals-core';
import type { EditSession } from '../state/edit_session.ts';
import { findElement } from '../views/shared/dom.ts';

export function setUpUndoRedo(changes: EditSession) {
  const [undo, redo] = [findElement('#undo', HTMLButtonElement), findElement('#redo', HTMLButtonElement)];
  undo.onclick = () => changes.takeBack();
  redo.onclick = () => changes.redo();
  effect(() => {
    undo.disabled = !changes.canUndo.value;
    redo.disabled = !changes.canRedo.value;
  });
  addEventListener('keydown', (event) => {
    const key = event.key.toLowerCase();
    const modified = (event.ctrlKey || event.metaKey) && !event.altKey;
    if (!modified || (key !== 'z' && key !== 'y') || isTextField(event.target)) return;
    event.preventDefault();
    if (key === 'y' || event.shiftKey) changes.redo();
    else changes.takeBack();
  });
}

/** A text field undoes its own typing; a number in the panel is a scene of its own. */
function isTextField(target: EventTarget | null) {
  return target instanceof Element && target.matches('textarea, input[type="text"]');
}
