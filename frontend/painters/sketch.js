/**
 * Heat maps of inputs whose numbers are on their way, kept under the names that painters/still.js looks for.
 *
 * @import {Model} from '../frame.js'
 * @import {Bitmaps} from '../surface.js'
 * @import {Theme} from '../color.js'
 */

import { level, scale, tint } from '../color.js';
import { isWhole } from '../sketch.js';
import { heat } from './grid.js';

/** Of the channels in sight. @param {{model: Model, theme: Theme, tinted: boolean, rows: {channel: number}[]}} frame @param {Bitmaps} bitmaps */
export function keepSketches({ model, theme, tinted, rows }, bitmaps) {
  const { plane, input: { sketch }, summary } = model;
  if (!sketch || isWhole(model.input)) return;
  const { every, shape: [, height = 1, width = 1] } = sketch;
  const [, inputHeight, inputWidth] = summary.shapes.input;
  /** For each pixel the row or column of the sketch, -1: padding. */
  const places = (/** @type {number} */ count, /** @type {number} */ before, /** @type {number} */ size) => Int32Array.from({ length: Math.ceil(count / every) }, (_, k) => {
    const place = k * every + (every >> 1) - before;
    return place < 0 || place >= size ? -1 : Math.floor(place / every);
  });
  const [below, beside] = [places(plane.rows, plane.top, inputHeight), places(plane.cols, plane.left, inputWidth)];
  const { words } = scale(theme);
  for (const { channel } of rows) {
    const tints = tinted && channel < 3;
    bitmaps.get(`${summary.id}/${channel}/${tints ? 'tint' : theme}`, () => heat(below.length, beside.length, (i, j) => {
      const row = below[i] ?? -1;
      const col = beside[j] ?? -1;
      if (row < 0 || col < 0) return 0;
      const value = sketch.data[(channel * height + row) * width + col] ?? 0;
      return tints ? tint(value, /** @type {0|1|2} */ (channel)) : /** @type {number} */ (words[level(value, model.inputMax)]);
    }));
  }
}
