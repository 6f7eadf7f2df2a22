/**
 * The canvas, its pixel ratio, and the one requestAnimationFrame. What stands still is painted once into a second
 * canvas; a frame copies it and paints what moves.
 *
 * @import {AnyFrame} from './views.js'
 */

import { isSheet, viewOf } from './views.js';

/** Bitmaps kept. */
const MOST = 48;

export class Surface {
  #asked = 0;
  #lastStill = '';
  /** @type {AnyFrame|null} */
  #last = null;
  #firstPainted = () => {};

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {(now: number) => AnyFrame|null} next  what to show now; null: nothing yet
   */
  constructor(canvas, next) {
    this.canvas = canvas;
    this.next = next;
    this.still = document.createElement('canvas');
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { alpha: false }));
    this.stillContext = /** @type {CanvasRenderingContext2D} */ (this.still.getContext('2d', { alpha: false }));
    this.bitmaps = new Bitmaps();
    /** @type {Promise<void>} when there is a picture */
    this.painted = new Promise((done) => {
      this.#firstPainted = done;
    });
  }

  requestPaint() {
    if (this.#asked === 0) this.#asked = requestAnimationFrame((now) => this.#paint(now));
  }

  /** Also what stands already: there is more to paint it with. */
  repaint() {
    this.#last = null;
    this.requestPaint();
  }

  /** @param {number} now */
  #paint(now) {
    this.#asked = 0;
    const frame = this.next(now);
    if (!frame || this.#isShown(frame)) return;
    const { context } = this;
    this.#paintStill(frame);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(this.still, 0, 0);
    context.setTransform(frame.ratio, 0, 0, frame.ratio, 0, 0);
    const view = viewOf(frame);
    view.paintMoving(context, frame, this.bitmaps);
    if (!isSheet(frame) && frame.question) view.paintAnswer?.(context, frame, frame.question);
    this.#firstPainted();
  }

  /** Whether this very picture stands already: of a moment that lasts a while, and of all that follow at rest. @param {AnyFrame} frame */
  #isShown(frame) {
    const last = this.#last;
    this.#last = frame;
    if (!last || frame.view !== 'stage' || last.view !== 'stage' || last.still !== frame.still || last.moment !== frame.moment) return false;
    return /** @type {const} */ (['model', 'step', 'output', 'asked', 'labels', 'inks']).every((part) => last[part] === frame[part]);
  }

  /** @param {AnyFrame} frame */
  #paintStill(frame) {
    if (frame.still === this.#lastStill) return;
    this.#lastStill = frame.still;
    const { layout, ratio } = frame;
    const width = Math.round(layout.width * ratio);
    const height = Math.round(layout.height * ratio);
    for (const canvas of [this.canvas, this.still]) {
      if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    }
    this.canvas.style.height = `${layout.height}px`;
    this.canvas.style.width = `${layout.width}px`;
    this.stillContext.setTransform(ratio, 0, 0, ratio, 0, 0);
    viewOf(frame).paintStill(this.stillContext, frame, this.bitmaps);
  }
}

/** Bitmaps that are costly to make, kept by name, the least recently used dropped first. */
export class Bitmaps {
  /** @type {Map<string, HTMLCanvasElement>} */
  #kept = new Map();

  /** @param {string} key @param {() => HTMLCanvasElement} make */
  get(key, make) {
    const bitmap = this.#kept.get(key) ?? make();
    this.#kept.delete(key);
    this.#kept.set(key, bitmap);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MOST) break;
      this.#kept.delete(oldest);
    }
    return bitmap;
  }
}
