/** Text on a canvas. */

const FAMILY = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans SC", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif';

/** @param {number} size  CSS pixels @param {number} [weight] */
export function font(size, weight = 400) {
  return `${weight} ${size}px ${FAMILY}`;
}

/**
 * Centred text, narrowed when it would leave `room`.
 * @param {CanvasRenderingContext2D} context @param {string} text @param {number} x @param {number} y @param {number} [room]
 */
export function centred(context, text, x, y, room) {
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(text, x, y + 0.5, room);
}

/** @param {CanvasRenderingContext2D} context @param {import('../types.js').Rect} rect @param {number} radius */
export function rounded(context, { x, y, width, height }, radius) {
  context.beginPath();
  context.roundRect(x, y, width, height, radius);
}

/** Paints inside a place only; `margin`: how far lines may stand out. @param {CanvasRenderingContext2D} context @param {import('../types.js').Rect} place @param {() => void} paint @param {number} [margin] */
export function within(context, { x, y, width, height }, paint, margin = 2) {
  context.save();
  context.beginPath();
  context.rect(x - margin, y - margin, width + 2 * margin, height + 2 * margin);
  context.clip();
  paint();
  context.restore();
}
