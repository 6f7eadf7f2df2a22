/** Pointer, wheel and fingers on the graph of a network: pan, zoom, point at a cell, open a node. */

import type { GraphView } from '../views/network/graph_view.ts';

/** CSS pixels that tell a drag from a click. */
const DRAG_DISTANCE = 5;
/** How much a pixel of the wheel zooms. */
const WHEEL = 0.0018;

interface Finger {
  x: number;
  y: number;
}

/** fingersToPan: on a screen that is touched; with 2, one scrolls the page around. */
export function setUpGraphPointer(view: GraphView, fingersToPan: 1 | 2) {
  const { canvas, state } = view;
  const fingers = new Map<number, Finger>();
  let moved = false;
  if (fingersToPan === 2) letOneFingerScroll(canvas);

  canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    if (fingers.size === 0) moved = false;
    fingers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
    state.needsTwoFingers.value = false;
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener('pointermove', (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) point(view, event);
    else {
      const now = { x: event.offsetX, y: event.offsetY };
      moved ||= Math.hypot(now.x - before.x, now.y - before.y) > DRAG_DISTANCE || fingers.size > 1;
      if (!moved) return;
      fingers.set(event.pointerId, now);
      canvas.classList.add('is-dragging');
      const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
      if (other) pinch(view, before, now, other);
      else if (fingersToPan === 1 || event.pointerType !== 'touch')
        view.panBy(now.x - before.x, now.y - before.y);
    }
  });
  canvas.addEventListener('pointerup', (event) => {
    const wasPressed = fingers.delete(event.pointerId);
    if (fingers.size === 0) canvas.classList.remove('is-dragging');
    if (wasPressed && !moved) click(view, event);
  });
  canvas.addEventListener('pointercancel', (event) => {
    // The browser scrolls from here on.
    state.needsTwoFingers.value = fingersToPan === 2 && fingers.size === 1;
    fingers.delete(event.pointerId);
    canvas.classList.remove('is-dragging');
  });
  canvas.addEventListener('pointerleave', () => {
    state.hovered.value = null;
  });
  canvas.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 20 : 1;
      if (event.shiftKey) view.panBy(-event.deltaY * lines, 0);
      else view.zoomBy(Math.exp(-event.deltaY * lines * WHEEL), event.offsetX, event.offsetY);
    },
    { passive: false },
  );
}

/** What the browser does with one finger it does, and with two it does nothing. */
function letOneFingerScroll(canvas: HTMLCanvasElement) {
  canvas.style.touchAction = 'pan-x pan-y';
  for (const kind of ['touchstart', 'touchmove'] as const) {
    const prevent = (event: TouchEvent) => {
      if (event.touches.length > 1 && event.cancelable) event.preventDefault();
    };
    canvas.addEventListener(kind, prevent, { passive: false });
  }
}

/** Two fingers zoom by how far they part, and pan by how their middle moves. */
function pinch(view: GraphView, before: Finger, now: Finger, other: Finger) {
  const span = ({ x, y }: Finger) => Math.hypot(x - other.x, y - other.y) || 1;
  const [x, y] = [(now.x + other.x) / 2, (now.y + other.y) / 2];
  view.panBy((now.x - before.x) / 2, (now.y - before.y) / 2);
  view.zoomBy(span(now) / span(before), x, y);
}

function point(view: GraphView, event: PointerEvent) {
  if (event.pointerType === 'touch') return;
  const hit = view.hitAt(event.offsetX, event.offsetY);
  view.canvas.classList.toggle('is-over', hit !== null);
  view.state.hovered.value = hit?.cell ?? null;
}

function click(view: GraphView, event: PointerEvent) {
  const hit = view.hitAt(event.offsetX, event.offsetY);
  if (hit) view.state.openAt(hit.node, hit.cell);
}
