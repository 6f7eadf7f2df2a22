/**
 * Paints the frame whenever it changes, with the browser's next one. What stands still is painted once into a
 * second canvas, what has come to stand in the step that is shown into a third; a frame copies one of them
 * and paints what moves.
 */

import type { ReadonlySignal } from '@preact/signals-core';
import { effect } from '@preact/signals-core';
import { LruCache } from '../../data/lru_cache.ts';
import type { AnyFrame } from '../registry.ts';
import { isMatrixFrame, viewOfFrame } from '../registry.ts';

/** Bitmaps kept. */
const MAX_BITMAPS = 48;

export class StageCanvas {
  #request = 0;
  #lastStill = '';
  #last: AnyFrame | null = null;
  /** Of whose step the third canvas holds what stands. */
  #stood: AnyFrame | null = null;
  #firstPainted = () => {};

  readonly canvas: HTMLCanvasElement;
  readonly frame: ReadonlySignal<AnyFrame | null>;
  readonly context: CanvasRenderingContext2D;
  readonly still = opaqueContext(document.createElement('canvas'));
  readonly standing = opaqueContext(document.createElement('canvas'));
  readonly bitmaps: BitmapCache = new LruCache(MAX_BITMAPS);
  /** When there is a picture. */
  readonly painted: Promise<void> = new Promise((done) => {
    this.#firstPainted = done;
  });

  /** frame: null while there is nothing to paint. */
  constructor(canvas: HTMLCanvasElement, frame: ReadonlySignal<AnyFrame | null>) {
    this.canvas = canvas;
    this.frame = frame;
    this.context = opaqueContext(canvas);
    effect(() => {
      if (frame.value && this.#request === 0) this.#request = requestAnimationFrame(() => this.#paint());
    });
  }

  /** Paints now, not with the browser's next frame. */
  paintNow() {
    cancelAnimationFrame(this.#request);
    this.#paint();
  }

  #paint() {
    this.#request = 0;
    const frame = this.frame.peek();
    const last = this.#last;
    this.#last = frame;
    if (!frame || (isAlike(last, frame, 'moment') && last?.activeCell === frame.activeCell)) return;
    const { context } = this;
    const view = viewOfFrame(frame);
    this.#paintStill(frame);
    const stands = this.#paintStanding(frame, last);
    copyCanvas(stands ? this.standing : this.still, context, frame.ratio);
    if (!stands) view.paintFinished?.(context, frame, this.bitmaps);
    view.paintAnimated(context, frame, this.bitmaps);
    if (!isMatrixFrame(frame) && frame.question) view.paintRelations?.(context, frame, frame.question);
    this.#firstPainted();
  }

  #paintStill(frame: AnyFrame) {
    if (frame.staticKey === this.#lastStill) return;
    this.#lastStill = frame.staticKey;
    const { layout, ratio } = frame;
    const width = Math.round(layout.width * ratio);
    const height = Math.round(layout.height * ratio);
    for (const { canvas } of [this.context, this.still, this.standing]) {
      if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    }
    this.canvas.style.height = `${layout.height}px`;
    this.canvas.style.width = `${layout.width}px`;
    this.still.setTransform(ratio, 0, 0, ratio, 0, 0);
    viewOfFrame(frame).paintStatic(this.still, frame, this.bitmaps);
    this.#stood = null;
  }

  /** Whether what stands in this frame is in the third canvas: what stood for a frame may stand longer. */
  #paintStanding(frame: AnyFrame, last: AnyFrame | null) {
    if (isAlike(this.#stood, frame, 'stands')) return true;
    if (!isAlike(last, frame, 'stands')) return false;
    this.#stood = frame;
    copyCanvas(this.still, this.standing, frame.ratio);
    viewOfFrame(frame).paintFinished?.(this.standing, frame, this.bitmaps);
    return true;
  }
}

/** Whether two frames show the same, as far as `part` goes: all of a moment, or what stands. */
function isAlike(one: AnyFrame | null, other: AnyFrame, part: 'moment' | 'stands') {
  if (
    one?.view !== 'stage' ||
    other.view !== 'stage' ||
    one.staticKey !== other.staticKey ||
    one[part] !== other[part]
  )
    return false;
  return (['model', 'step', 'output', 'labels', 'colors'] as const).every(
    (name) => one[name] === other[name],
  );
}

function opaqueContext(canvas: HTMLCanvasElement) {
  return canvas.getContext('2d', { alpha: false }) as CanvasRenderingContext2D;
}

/** All of a picture onto another of its size, on which then is painted in CSS pixels. */
function copyCanvas(from: CanvasRenderingContext2D, to: CanvasRenderingContext2D, ratio: number) {
  to.setTransform(1, 0, 0, 1, 0, 0);
  to.drawImage(from.canvas, 0, 0);
  to.setTransform(ratio, 0, 0, ratio, 0, 0);
}

/** Bitmaps that are costly to make, by name. */
export type BitmapCache = LruCache<string, HTMLCanvasElement>;
