/**
 * The canvas, its pixel ratio, and the one requestAnimationFrame. What stands still is painted once into a second
 * canvas, what has come to stand in the step that is shown into a third; a frame copies one of them and paints what
 * moves.
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
  /** @type {AnyFrame|null} of whose step the third canvas holds what stands */
  #stood = null;
  #firstPainted = () => {};

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {(now: number) => AnyFrame|null} next  what to show now; null: nothing yet
   */
  constructor(canvas, next) {
    this.canvas = canvas;
    this.next = next;
    this.context = opaque(canvas);
    this.still = opaque(document.createElement('canvas'));
    this.standing = opaque(document.createElement('canvas'));
    this.bitmaps = new Bitmaps();
    /** @type {Promise<void>} when there is a picture */
    this.painted = new Promise((done) => {
      this.#firstPainted = done;
    });
  }

  requestPaint() {
    if (this.#asked === 0) this.#asked = requestAnimationFrame((now) => this.#paint(now));
  }

  /** Paints now, not with the browser's next frame. */
  paintNow() {
    cancelAnimationFrame(this.#asked);
    this.#paint(performance.now());
  }

  /** @param {number} now */
  #paint(now) {
    this.#asked = 0;
    const frame = this.next(now);
    const last = this.#last;
    this.#last = frame;
    if (!frame || (isAlike(last, frame, 'moment') && last?.asked === frame.asked)) return;
    const { context } = this;
    const view = viewOf(frame);
    this.#paintStill(frame);
    const stands = this.#paintStanding(frame, last);
    copy(stands ? this.standing : this.still, context, frame.ratio);
    if (!stands) view.paintStanding?.(context, frame, this.bitmaps);
    view.paintMoving(context, frame, this.bitmaps);
    if (!isSheet(frame) && frame.question) view.paintAnswer?.(context, frame, frame.question);
    this.#firstPainted();
  }

  /** @param {AnyFrame} frame */
  #paintStill(frame) {
    if (frame.still === this.#lastStill) return;
    this.#lastStill = frame.still;
    const { layout, ratio } = frame;
    const width = Math.round(layout.width * ratio);
    const height = Math.round(layout.height * ratio);
    for (const { canvas } of [this.context, this.still, this.standing]) {
      if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    }
    this.canvas.style.height = `${layout.height}px`;
    this.canvas.style.width = `${layout.width}px`;
    this.still.setTransform(ratio, 0, 0, ratio, 0, 0);
    viewOf(frame).paintStill(this.still, frame, this.bitmaps);
    this.#stood = null;
  }

  /** Whether what stands in this frame is in the third canvas: what stood for a frame may stand longer. @param {AnyFrame} frame @param {AnyFrame|null} last */
  #paintStanding(frame, last) {
    if (isAlike(this.#stood, frame, 'stands')) return true;
    if (!isAlike(last, frame, 'stands')) return false;
    this.#stood = frame;
    copy(this.still, this.standing, frame.ratio);
    viewOf(frame).paintStanding?.(this.standing, frame, this.bitmaps);
    return true;
  }
}

/** Whether two frames show the same, as far as `part` goes: all of a moment, or what stands. @param {AnyFrame|null} one @param {AnyFrame} other @param {'moment'|'stands'} part */
function isAlike(one, other, part) {
  if (one?.view !== 'stage' || other.view !== 'stage' || one.still !== other.still || one[part] !== other[part]) return false;
  return /** @type {const} */ (['model', 'step', 'output', 'labels', 'inks']).every((name) => one[name] === other[name]);
}

/** @param {HTMLCanvasElement} canvas */
function opaque(canvas) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { alpha: false }));
}

/** All of a picture onto another of its size, on which then is painted in CSS pixels. @param {CanvasRenderingContext2D} from @param {CanvasRenderingContext2D} to @param {number} ratio */
function copy(from, to, ratio) {
  to.setTransform(1, 0, 0, 1, 0, 0);
  to.drawImage(from.canvas, 0, 0);
  to.setTransform(ratio, 0, 0, ratio, 0, 0);
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
