/** Undo and redo: two buttons and their keys. */

import { effect } from '@preact/signals-core';
import type { EditSession } from '../state/edit_session.ts';
import { findElement } from '../views/shared/dom.ts';

export function setUpUndoRedo(changes: EditSession) {
  const [undo, redo] = [findElement('#undo', HTMLButtonElement), findElement('#redo', HTMLButtonElement)];
  undo.onclick = () => changes.undo();
  redo.onclick = () => changes.redo();
  effect(() => {
    undo.disabled = !changes.canUndo.value;
    redo.disabled = !changes.canRedo.value;
  });
  addEventListener('keydown', (event) => {
    const key = event.key.toLowerCase();
    if (
      !(event.ctrlKey || event.metaKey) ||
      event.altKey ||
      (key !== 'z' && key !== 'y') ||
      isTyping(event.target)
    )
      return;
    event.preventDefault();
    if (key === 'y' || event.shiftKey) changes.redo();
    else changes.undo();
  });
}

/** A text field undoes its own typing; a number in the panel is a scene of its own. */
function isTyping(target: EventTarget | null) {
  return (
    target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && target.type === 'text')
  );
}
