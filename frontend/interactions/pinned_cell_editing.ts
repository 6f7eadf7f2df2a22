/** A number that is typed, or Enter, changes the pinned cell: those of a heat map are too small to click. */

import type { AppContext } from '../views/app_context.ts';
import type { CellEditor } from './cell_editor.ts';

/** What begins a number; + and the timeline's other keys keep their meaning. */
const NUMBER_KEY = /^[-.\d\u2212]$/;

/** Controls that take what is typed, and those that take Enter. */
const TYPING = 'input, select, textarea, [contenteditable], [role="grid"], dialog, [popover]';
const PRESSED = 'button, a, summary';

export function setUpPinnedCellEditing({ state }: AppContext, editor: CellEditor) {
  addEventListener(
    'keydown',
    (event) => {
      const cell = state.pinnedCell.peek();
      const { target, key } = event;
      if (!cell || event.ctrlKey || event.metaKey || event.altKey || !(target instanceof Element)) return;
      const begins = NUMBER_KEY.test(key);
      if (!begins && (key !== 'Enter' || target.closest(PRESSED))) return;
      if (target.closest(TYPING) || !editor.open(cell, begins ? key : undefined)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    true,
  );
}
