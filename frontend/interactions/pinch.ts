/** Zooming with two fingers. */

/** The middle between two fingers, and how far apart they are. */
interface Pinch {
  x: number;
  y: number;
  span: number;
}

/**
 * canZoom: whether there is something to zoom at a point. While a drag is active, what one finger drags does
 * not scroll the page.
 */
export function setUpPinch(
  canvas: HTMLCanvasElement,
  drag: { isActive: () => boolean; stop: () => void },
  canZoom: (x: number, y: number) => boolean,
  zoom: (factor: number, x: number, y: number) => void,
) {
  let span = 0;
  canvas.addEventListener(
    'touchstart',
    (event) => {
      const pinch = pinchOf(event.touches, canvas);
      span = 0;
      if (!pinch || !canZoom(pinch.x, pinch.y)) return;
      drag.stop();
      event.preventDefault();
      span = pinch.span;
    },
    { passive: false },
  );
  canvas.addEventListener(
    'touchmove',
    (event) => {
      const pinch = pinchOf(event.touches, canvas);
      if (drag.isActive() || span > 0) event.preventDefault();
      if (!pinch || span === 0 || !canZoom(pinch.x, pinch.y)) return;
      zoom(pinch.span / span, pinch.x, pinch.y);
      span = pinch.span;
    },
    { passive: false },
  );
}

function pinchOf(touches: TouchList, canvas: HTMLCanvasElement): Pinch | null {
  const [a, b] = touches;
  if (!a || !b || touches.length !== 2) return null;
  const box = canvas.getBoundingClientRect();
  return {
    x: (a.clientX + b.clientX) / 2 - box.left,
    y: (a.clientY + b.clientY) / 2 - box.top,
    span: Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY),
  };
}
