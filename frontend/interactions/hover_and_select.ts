/** The stage under the pointer: questions. */

import type { Cell } from '../model/relations.ts';
import { isSameCell } from '../model/relations.ts';
import type { AppState } from '../state/app_state.ts';
import type { AnyFrame } from '../views/registry.ts';
import { hitTestFrame } from '../views/registry.ts';

export function setUpHoverAndSelect(
  state: AppState,
  canvas: HTMLCanvasElement,
  shown: () => AnyFrame | null,
) {
  const under = (event: MouseEvent) => {
    const frame = shown();
    return frame && hitTestFrame(frame, event.offsetX, event.offsetY);
  };
  let pressed: Cell | null = null;
  canvas.addEventListener('pointermove', (event) => {
    if (event.pointerType === 'touch') return;
    const cell = under(event);
    if (!isSameCell(cell, state.hoveredCell.peek())) state.hoveredCell.value = cell;
  });
  canvas.addEventListener('pointerleave', () => {
    state.hoveredCell.value = null;
  });
  canvas.addEventListener('click', (event) => {
    if (state.dragged) return;
    const cell = under(event);
    state.doubled = isSameCell(cell, pressed);
    pressed = cell;
    if (event.pointerType === 'touch') state.pinnedCell.value = cell;
    else state.pinCell(cell);
  });
  canvas.addEventListener('dblclick', (event) => {
    if (state.doubled) state.pinCell(under(event));
  });
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape') state.hoveredCell.value = state.pinnedCell.value = null;
  });
}
