/**
 * Text, and grids of cells: numbers on colour where a cell is large enough, a heat map of one pixel a cell where it is
 * not.
 *
 * @import {Rect} from '../types.js'
 * @import {Scale} from '../color.js'
 * @import {Inks} from '../frame.js'
 *
 * @typedef {(row: number, col: number) => number|null} ValueAt  null: no number there
 * @typedef {{rows: number, cols: number, at: ValueAt, max: number, decimals: number}} Grid
 */

import { level } from '../color.js';
import { fontIn } from '../frame.js';
import { format } from '../ledger.js';
import { READABLE } from '../layout.js';

const FAMILY = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans SC", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif';

/**
 * @param {CanvasRenderingContext2D} context @param {Rect} rect @param {number} cell @param {Grid} grid @param {Scale} scale
 * @param {Inks} inks @param {Rect} [place]  only the cells in sight here are painted
 */
export function paintGrid(context, rect, cell, grid, scale, inks, place = rect) {
  if (cell < READABLE) {
    paintHeat(context, rect, heat(grid.rows, grid.cols, (row, col) => word(grid, scale, row, col)));
    outline(context, rect, inks.line);
    return;
  }
  context.font = font(fontIn(cell, grid.decimals === 0));
  const [top, bottom] = inSight(place.y - rect.y, place.height, cell, grid.rows);
  const [left, right] = inSight(place.x - rect.x, place.width, cell, grid.cols);
  for (let row = top; row < bottom; row++) {
    for (let col = left; col < right; col++) {
      const value = grid.at(row, col);
      const box = cellBox(rect, cell, row, col);
      if (value === null) paintGhost(context, box, inks);
      else paintCell(context, box, value, grid.max, format(value, grid.decimals), scale);
    }
  }
}

/** First and one past the last cell in sight. @param {number} shift @param {number} length @param {number} cell @param {number} count @returns {[number, number]} */
export function inSight(shift, length, cell, count) {
  return [Math.max(0, Math.floor(shift / cell)), Math.min(count, Math.ceil((shift + length) / cell))];
}

/** @param {Rect} rect @param {number} cell @param {number} row @param {number} col @returns {Rect} */
export function cellBox(rect, cell, row, col) {
  const gap = cell >= READABLE ? 1 : 0;
  return { x: rect.x + col * cell + gap, y: rect.y + row * cell + gap, width: cell - 2 * gap, height: cell - 2 * gap };
}

/** @param {CanvasRenderingContext2D} context @param {Rect} box @param {number} value @param {number} max @param {string} text @param {Scale} scale */
export function paintCell(context, box, value, max, text, scale) {
  const at = level(value, max);
  context.fillStyle = /** @type {string} */ (scale.css[at]);
  rounded(context, box, 3);
  context.fill();
  if (text === '') return;
  context.fillStyle = /** @type {string} */ (scale.ink[at]);
  centred(context, text, box.x + box.width / 2, box.y + box.height / 2, box.width - 2);
}

/** A cell of the padding ring, or one that waits. @param {CanvasRenderingContext2D} context @param {Rect} box @param {Inks} inks */
export function paintGhost(context, box, inks) {
  context.strokeStyle = inks.line;
  context.lineWidth = 1;
  context.setLineDash([3, 3]);
  rounded(context, { x: box.x + 1.5, y: box.y + 1.5, width: box.width - 3, height: box.height - 3 }, 2);
  context.stroke();
  context.setLineDash([]);
}

/** @param {CanvasRenderingContext2D} context @param {Rect} rect @param {string} color */
export function outline(context, rect, color) {
  context.strokeStyle = color;
  context.lineWidth = 1;
  context.strokeRect(Math.round(rect.x) - 0.5, Math.round(rect.y) - 0.5, Math.round(rect.width) + 1, Math.round(rect.height) + 1);
}

/** @param {Grid} grid @param {Scale} scale @param {number} row @param {number} col */
function word(grid, scale, row, col) {
  const value = grid.at(row, col);
  return value === null ? 0 : /** @type {number} */ (scale.words[level(value, grid.max)]);
}

/** One pixel a cell. @param {number} rows @param {number} cols @param {(row: number, col: number) => number} wordAt @returns {HTMLCanvasElement} */
export function heat(rows, cols, wordAt) {
  const canvas = document.createElement('canvas');
  canvas.width = cols;
  canvas.height = rows;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  const image = context.createImageData(cols, rows);
  const words = new Uint32Array(image.data.buffer);
  for (let row = 0, k = 0; row < rows; row++) for (let col = 0; col < cols; col++, k++) words[k] = wordAt(row, col);
  context.putImageData(image, 0, 0);
  return canvas;
}

/** Sharp cells when enlarged, smooth ones when several share a pixel. @param {CanvasRenderingContext2D} context @param {Rect} rect @param {HTMLCanvasElement} bitmap */
export function paintHeat(context, rect, bitmap) {
  context.imageSmoothingEnabled = rect.width < bitmap.width;
  context.imageSmoothingQuality = 'medium';
  context.drawImage(bitmap, rect.x, rect.y, rect.width, rect.height);
}

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
