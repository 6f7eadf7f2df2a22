/**
 * Paints frames one after the other on one canvas. What stands still is painted once into a second canvas,
 * what is finished for a while into a third; a frame copies one of them and paints what moves.
 */

import { LruCache } from '../../data/lru_cache.ts';
import type { AnyFrame } from '../registry.ts';
import { drawingNamed } from '../registry.ts';

/** Bitmaps that are costly to make, by name. */
export type BitmapCache = LruCache<string, HTMLCanvasElement>;

const MAX_BITMAPS = 48;

export class LayeredPainter {
  #staticKey = '';
  #last: AnyFrame | null = null;
  /** The frame that the finished layer was painted for. */
  #finishedFrame: AnyFrame | null = null;

  readonly context: CanvasRenderingContext2D;
  readonly onResize: (frame: AnyFrame) => void;
  readonly staticLayer: CanvasRenderingContext2D;
  readonly finishedLayer: CanvasRenderingContext2D;
  readonly bitmaps: BitmapCache = new LruCache(MAX_BITMAPS);

  /**
   * alpha: false where the canvas is on the screen, whose letters may then have the screen's subpixels.
   * onResize: told of each frame whose parts that stand still are others than before.
   */
  constructor(canvas: HTMLCanvasElement, alpha: boolean, onResize: (frame: AnyFrame) => void = () => {}) {
    const contextOf = (each: HTMLCanvasElement) =>
      each.getContext('2d', { alpha }) as CanvasRenderingContext2D;
    this.context = contextOf(canvas);
    this.staticLayer = contextOf(document.createElement('canvas'));
    this.finishedLayer = contextOf(document.createElement('canvas'));
    this.onResize = onResize;
  }

  /** The frame that was painted last. */
  get last() {
    return this.#last;
  }

  /** Paints a frame, unless it shows the same as the last. Returns whether it painted. */
  paint(frame: AnyFrame): boolean {
    const last = this.#last;
    this.#last = frame;
    if (frame === last) return false;
    if (isAlike(last, frame, 'positionKey') && last?.activeCell === frame.activeCell) return false;
    const { context, bitmaps } = this;
    const view = drawingNamed(frame.view);
    this.#updateStaticLayer(frame);
    const hasFinished = this.#updateFinishedLayer(frame, last);
    copyLayer(hasFinished ? this.finishedLayer : this.staticLayer, context, frame.ratio);
    if (!hasFinished) view.paintFinished?.(context, frame, bitmaps);
    view.paintAnimated(context, frame);
    return true;
  }

  #updateStaticLayer(frame: AnyFrame) {
    if (frame.staticKey === this.#staticKey) return;
    this.#staticKey = frame.staticKey;
    const { layout, ratio } = frame;
    const width = Math.round(layout.width * ratio);
    const height = Math.round(layout.height * ratio);
    for (const { canvas } of [this.context, this.staticLayer, this.finishedLayer]) {
      if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    }
    this.onResize(frame);
    this.staticLayer.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawingNamed(frame.view).paintStatic(this.staticLayer, frame, this.bitmaps);
    this.#finishedFrame = null;
  }

  /** Paints the layer once two frames have finished the same. Returns whether it is up to date. */
  #updateFinishedLayer(frame: AnyFrame, last: AnyFrame | null) {
    if (isAlike(this.#finishedFrame, frame, 'finishedKey')) return true;
    if (!isAlike(last, frame, 'finishedKey')) return false;
    this.#finishedFrame = frame;
    copyLayer(this.staticLayer, this.finishedLayer, frame.ratio);
    drawingNamed(frame.view).paintFinished?.(this.finishedLayer, frame, this.bitmaps);
    return true;
  }
}

/** The stage's frame, which a gradient that is gathered has too. */
function stageOf(frame: AnyFrame | null) {
  if (frame?.view === 'stage') return frame;
  return frame?.view === 'gradient' && frame.kind === 'gather' && frame.inner.view === 'stage'
    ? frame.inner
    : null;
}

/** Whether two frames of the stage show the same: all of it, or what is finished. */
function isAlike(before: AnyFrame | null, now: AnyFrame, key: 'positionKey' | 'finishedKey') {
  const [one, other] = [stageOf(before), stageOf(now)];
  if (!one || !other || one[key] !== other[key]) return false;
  const names = ['staticKey', 'model', 'step', 'output', 'granularity', 'colors'] as const;
  return names.every((name) => one[name] === other[name]);
}

/** Copies a layer onto another, which then is painted on in CSS pixels. */
function copyLayer(from: CanvasRenderingContext2D, to: CanvasRenderingContext2D, ratio: number) {
  to.setTransform(1, 0, 0, 1, 0, 0);
  to.drawImage(from.canvas, 0, 0);
  to.setTransform(ratio, 0, 0, ratio, 0, 0);
}
