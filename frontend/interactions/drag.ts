/** Dragging on the canvas. */

import type { AppState } from '../state/app_state.ts';

/** CSS pixels that tell a drag from a click. */
const DRAG_DISTANCE = 4;

/** dx, dy: from where the drag began; y: of the pointer. */
export type DragMove = (dx: number, dy: number, y: number) => void;

/** begin: what a press drags, or null. Returns whether a drag is under way, and what stops it. */
export function setUpDrag(
  state: AppState,
  canvas: HTMLCanvasElement,
  begin: (event: PointerEvent) => DragMove | null | undefined,
) {
  let drag: { x: number; y: number; move: DragMove } | null = null;
  const stop = () => {
    drag = null;
  };
  canvas.addEventListener('pointerdown', (event) => {
    state.dragged = false;
    if (event.button !== 0 || !event.isPrimary) return;
    const move = begin(event);
    if (!move) return;
    drag = { x: event.offsetX, y: event.offsetY, move };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener('pointermove', (event) => {
    if (!drag || !event.isPrimary) return;
    const [dx, dy] = [event.offsetX - drag.x, event.offsetY - drag.y];
    state.dragged ||= Math.hypot(dx, dy) > DRAG_DISTANCE;
    if (state.dragged) drag.move(dx, dy, event.offsetY);
  });
  canvas.addEventListener('pointerup', stop);
  canvas.addEventListener('pointercancel', stop);
  return { isActive: () => drag !== null, stop };
}
