/**
 * Paints the frame whenever it changes, with the browser's next one. What stands still is painted once into a
 * second canvas, what is finished for a while into a third; a frame copies one of them and paints what moves.
 */

import type { ReadonlySignal } from '@preact/signals-core';
import { effect } from '@preact/signals-core';
import { LruCache } from '../../data/lru_cache.ts';
import type { AnyFrame } from '../registry.ts';
import { drawingNamed, isMatrixFrame } from '../registry.ts';
import type { FrameRequest } from './view.ts';

/** Bitmaps that are costly to make, by name. */
export type BitmapCache = LruCache<string, HTMLCanvasElement>;

const MAX_BITMAPS = 48;

export class StageCanvas {
  #request = 0;
  #staticKey = '';
  #lastFrame: AnyFrame | null = null;
  /** The frame that the finished layer was painted for. */
  #finishedFrame: AnyFrame | null = null;
  #resolvePainted = () => {};

  readonly canvas: HTMLCanvasElement;
  readonly frame: ReadonlySignal<AnyFrame | null>;
  readonly context: CanvasRenderingContext2D;
  readonly staticLayer = opaqueContext(document.createElement('canvas'));
  readonly finishedLayer = opaqueContext(document.createElement('canvas'));
  readonly bitmaps: BitmapCache = new LruCache(MAX_BITMAPS);
  /** Resolves with the first frame. */
  readonly painted: Promise<void> = new Promise((resolve) => {
    this.#resolvePainted = resolve;
  });

  /** request: what the frame is made of; null while there is nothing to paint. */
  constructor(
    canvas: HTMLCanvasElement,
    request: ReadonlySignal<FrameRequest | null>,
    frame: ReadonlySignal<AnyFrame | null>,
  ) {
    this.canvas = canvas;
    this.frame = frame;
    this.context = opaqueContext(canvas);
    effect(() => {
      if (request.value && this.#request === 0) this.#request = requestAnimationFrame(() => this.#paint());
    });
  }

  /** The frame that the reader looks at. */
  get lastFrame() {
    return this.#lastFrame;
  }

  /** Paints now, not with the browser's next frame. */
  paintNow() {
    cancelAnimationFrame(this.#request);
    this.#paint();
  }

  #paint() {
    this.#request = 0;
    const frame = this.frame.peek();
    const last = this.#lastFrame;
    this.#lastFrame = frame;
    if (!frame || frame === last) return;
    if (isAlike(last, frame, 'positionKey') && last?.activeCell === frame.activeCell) return;
    const { context, bitmaps } = this;
    const view = drawingNamed(frame.view);
    this.#updateStaticLayer(frame);
    const hasFinished = this.#updateFinishedLayer(frame, last);
    copyLayer(hasFinished ? this.finishedLayer : this.staticLayer, context, frame.ratio);
    if (!hasFinished) view.paintFinished?.(context, frame, bitmaps);
    view.paintAnimated(context, frame);
    this.#resolvePainted();
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
    this.canvas.dataset.layout = describeLayout(frame);
    this.canvas.style.height = `${layout.height}px`;
    this.canvas.style.width = `${layout.width}px`;
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
  return frame?.view === 'gradient' && frame.kind === 'gather' ? frame.inner : null;
}

/** Whether two frames of the stage show the same: all of it, or what is finished. */
function isAlike(before: AnyFrame | null, now: AnyFrame, key: 'positionKey' | 'finishedKey') {
  const [one, other] = [stageOf(before), stageOf(now)];
  if (!one || !other || one[key] !== other[key]) return false;
  const names = ['staticKey', 'model', 'step', 'output', 'granularity', 'colors'] as const;
  return names.every((name) => one[name] === other[name]);
}

/** `rows 94 94 110`: the stage's arrangement, and its cells of input, kernel and output in CSS pixels. */
function describeLayout(frame: AnyFrame) {
  if (isMatrixFrame(frame)) return '';
  const { family, cell, kernelCell, outputCell } = frame.layout;
  return [family, ...[cell, kernelCell, outputCell].map((size) => Number(size.toFixed(2)))].join(' ');
}

function opaqueContext(canvas: HTMLCanvasElement) {
  return canvas.getContext('2d', { alpha: false }) as CanvasRenderingContext2D;
}

/** Copies a layer onto another, which then is painted on in CSS pixels. */
function copyLayer(from: CanvasRenderingContext2D, to: CanvasRenderingContext2D, ratio: number) {
  to.setTransform(1, 0, 0, 1, 0, 0);
  to.drawImage(from.canvas, 0, 0);
  to.setTransform(ratio, 0, 0, ratio, 0, 0);
}
