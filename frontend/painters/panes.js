/**
 * What the matrix views share: the part of a matrix that is in sight, how far it scrolls, lit blocks, headings.
 *
 * @import {Inks} from '../frame.js'
 * @import {Block, Lights, Pane} from '../panes.js'
 * @import {Rect} from '../types.js'
 * @import {Scale} from '../color.js'
 * @import {ValueAt} from './grid.js'
 */

import { level } from '../color.js';
import { blockRect, scrolls, sightOf, wholeRect } from '../panes.js';
import { READABLE } from '../layout.js';
import { centred, font, heat, outline, paintGrid, paintHeat, rounded, within } from './grid.js';

/** Cells below this are lit as a whole: a frame would be all that is left of them. */
const SMALL = 6;

/** Numbers on colour, or a heat map of the part in sight. @param {CanvasRenderingContext2D} context @param {Pane} pane @param {{at: ValueAt, max: number, decimals: number}} grid @param {Scale} scale @param {Inks} inks */
export function paintPane(context, pane, grid, scale, inks) {
  if (Math.min(...pane.size) >= READABLE && pane.size[0] === pane.size[1]) {
    within(context, pane.place, () => paintGrid(context, wholeRect(pane), pane.size[0], { rows: pane.rows, cols: pane.cols, ...grid }, scale, inks, pane.place));
    return;
  }
  paintWords(context, pane, (row, col) => {
    const value = grid.at(row, col);
    return value === null ? 0 : /** @type {number} */ (scale.words[level(value, grid.max)]);
  });
  outline(context, pane.place, inks.line);
}

/** One pixel a cell of the part in sight, enlarged. @param {CanvasRenderingContext2D} context @param {Pane} pane @param {(row: number, col: number) => number} wordAt */
export function paintWords(context, pane, wordAt) {
  const { top, left, bottom, right } = sightOf(pane);
  paintHeat(context, pane.place, heat(bottom - top, right - left, (i, j) => wordAt(top + i, left + j)));
}

/** A thin line under and beside a pane: which part of the whole is in sight. @param {CanvasRenderingContext2D} context @param {Pane} pane @param {Inks} inks */
export function paintExtent(context, pane, inks) {
  const { x, y, width, height } = pane.place;
  const { top, left, bottom, right } = sightOf(pane);
  const [down, across] = scrolls(pane);
  const bar = (/** @type {Rect} */ rect, /** @type {string} */ color) => {
    context.fillStyle = color;
    rounded(context, rect, 1.5);
    context.fill();
  };
  const part = (/** @type {number} */ from, /** @type {number} */ to, /** @type {number} */ count, /** @type {number} */ length) => {
    const size = Math.max(((to - from) / count) * length, 10);
    return { start: Math.min((from / count) * length, length - size), size };
  };
  if (across) {
    const { start, size } = part(left, right, pane.cols, width);
    bar({ x, y: y + height + 4, width, height: 3 }, inks.soft);
    bar({ x: x + start, y: y + height + 4, width: size, height: 3 }, inks.muted);
  }
  if (down) {
    const { start, size } = part(top, bottom, pane.rows, height);
    bar({ x: x + width + 4, y, width: 3, height }, inks.soft);
    bar({ x: x + width + 4, y: y + start, width: 3, height: size }, inks.muted);
  }
}

/** @param {CanvasRenderingContext2D} context @param {Record<string, Pane>} panes @param {{lights: Lights, pinned: boolean}} question @param {Inks} inks */
export function paintLights(context, panes, { lights, pinned }, inks) {
  for (const block of lights.related) paintBlock(context, panes, block, inks, 0.25, 2);
  for (const block of lights.self) paintBlock(context, panes, block, inks, 0.15, pinned ? 5 : 3.5);
}

/** Numbers are framed, never covered: they stay readable. @param {CanvasRenderingContext2D} context @param {Record<string, Pane>} panes @param {Block} block @param {Inks} inks @param {number} fill @param {number} stroke */
export function paintBlock(context, panes, block, inks, fill, stroke) {
  const rect = blockRect(panes, block);
  if (!rect) return;
  const small = Math.min(rect.width, rect.height);
  context.fillStyle = inks.accent;
  context.strokeStyle = inks.accent;
  if (small < SMALL && fill > 0 && Math.max(rect.width, rect.height) < SMALL) {
    context.fillRect(rect.x - 0.5, rect.y - 0.5, rect.width + 1, rect.height + 1);
    return;
  }
  const grow = small < SMALL ? 1.5 : 0;
  context.globalAlpha = fill;
  if (fill > 0 && small < READABLE) context.fillRect(rect.x, rect.y, rect.width, rect.height);
  context.globalAlpha = 1;
  context.lineWidth = small < SMALL ? 1 : stroke;
  rounded(context, { x: rect.x - grow, y: rect.y - grow, width: rect.width + 2 * grow, height: rect.height + 2 * grow }, Math.min(4, small / 4));
  context.stroke();
}

/** A pane's name over it and how large the matrix is. @param {CanvasRenderingContext2D} context @param {{inks: Inks, layout: {width: number, narrow: boolean}}} frame @param {string} text @param {Pane} pane @param {string} [size] @param {number} [least]  room for the words, where the pane is narrow */
export function paintHeading(context, { inks, layout }, text, pane, size = `${pane.rows} × ${pane.cols}`, least = 104) {
  const { x, y, width } = pane.place;
  const room = Math.max(width + 28, least);
  const middle = Math.min(Math.max(x + width / 2, room / 2), layout.width - room / 2);
  context.fillStyle = inks.muted;
  context.font = font(layout.narrow ? 11 : 13);
  if (layout.narrow) {
    context.textAlign = 'left';
    context.textBaseline = 'middle';
    context.fillText(`${text}  ${size}`, x, y - 13, layout.width - x - 4);
    return;
  }
  centred(context, text, middle, y - (size ? 30 : 14), room);
  context.font = font(11.5);
  if (size) centred(context, size, middle, y - 13, room);
}
