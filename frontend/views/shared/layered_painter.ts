/**
 * Paints frames one after the other, on one canvas or on several in turn. What stands still for a while is
 * painted once into a canvas of its own, what is finished for a while into another; a frame copies one of
 * them and paints what moves.
 */

import { LruCache } from '../../data/lru_cache.ts';
import type { AnyFrame } from '../registry.ts';
import { drawingNamed } from '../registry.ts';

/** Bitmaps that are costly to make, by name. */
export type BitmapCache = LruCache<string, HTMLCanvasElement>;

const MAX_BITMAPS = 48;

/** The size of a canvas, how far from its left and top a frame lies, and the color around it. */
export interface CanvasRoom {
  /** In pixels of the canvas, as are left and top. */
  width: number;
  height: number;
  left: number;
  top: number;
  ground: string;
}

interface PainterSettings {
  /** How the canvases are made. alpha: false where one is on the screen: letters may have its subpixels. */
  context: CanvasRenderingContext2DSettings;
  /** The room of the next frame; otherwise the canvas has the frame's size. */
  room?: () => CanvasRoom;
  /** Told of each frame whose parts that stand still are others than before. */
  onResize?: (frame: AnyFrame) => void;
}

export class LayeredPainter {
  #staticKey = '';
  #last: AnyFrame | null = null;
  /** How far a frame lies from the canvas's left and top, in its pixels. */
  #left = 0;
  #top = 0;
  /** The frame that the finished layer was painted for. */
  #finishedFrame: AnyFrame | null = null;

  /** Which of the contexts has the last frame. */
  #turn = 0;

  readonly contexts: CanvasRenderingContext2D[];
  readonly room: (() => CanvasRoom) | null;
  readonly onResize: (frame: AnyFrame) => void;
  readonly staticLayer: CanvasRenderingContext2D;
  readonly finishedLayer: CanvasRenderingContext2D;
  readonly bitmaps: BitmapCache = new LruCache(MAX_BITMAPS);
  /** Pixels that a canvas may be wider than its frame: memory for another costs more than painting it. */
  spare = 0;

  constructor(canvases: HTMLCanvasElement[], { context, room, onResize = () => {} }: PainterSettings) {
    const contextOf = (each: HTMLCanvasElement) => each.getContext('2d', context) as CanvasRenderingContext2D;
    this.contexts = canvases.map(contextOf);
    this.staticLayer = contextOf(document.createElement('canvas'));
    this.finishedLayer = contextOf(document.createElement('canvas'));
    this.room = room ?? null;
    this.onResize = onResize;
  }

  /** What the last frame was painted on. */
  get context() {
    return this.contexts[this.#turn] as CanvasRenderingContext2D;
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
    this.#turn = (this.#turn + 1) % this.contexts.length;
    const { context, bitmaps } = this;
    const view = drawingNamed(frame.view);
    // The first frame is waited for, and those of a window's edge that is dragged are all unlike.
    const stands = last?.staticKey === frame.staticKey;
    if (!stands) this.#paintStatic(context, frame, this.contexts);
    const hasFinished = stands && this.#copyLayers(frame, last);
    if (!hasFinished) view.paintFinished?.(context, frame, bitmaps);
    view.paintAnimated(context, frame);
    return true;
  }

  /** Paints the last frame once more, on a canvas of its size. */
  trim() {
    const { last } = this;
    this.spare = 0;
    this.#last = null;
    if (last) this.paint(last);
  }

  /** sized: the canvases that get the frame's size. */
  #paintStatic(layer: CanvasRenderingContext2D, frame: AnyFrame, sized: CanvasRenderingContext2D[]) {
    const { layout, ratio } = frame;
    const room = this.room?.();
    const { width, height } = room ?? {
      width: Math.round(layout.width * ratio),
      height: Math.round(layout.height * ratio),
    };
    const { spare } = this;
    for (const { canvas } of sized) {
      const left = canvas.width - width;
      if (left < 0 || left > spare || canvas.height !== height)
        Object.assign(canvas, { width: width + spare / 2, height });
    }
    this.onResize(frame);
    if (room) {
      this.#left = room.left;
      this.#top = room.top;
      layer.resetTransform();
      layer.fillStyle = room.ground;
      layer.fillRect(0, 0, width, height);
    }
    this.#scale(layer, ratio);
    drawingNamed(frame.view).paintStatic(layer, frame, this.bitmaps);
  }

  /** Returns whether what is finished was copied too. */
  #copyLayers(frame: AnyFrame, last: AnyFrame) {
    this.#updateStaticLayer(frame);
    const hasFinished = this.#updateFinishedLayer(frame, last);
    this.#copyLayer(hasFinished ? this.finishedLayer : this.staticLayer, this.context, frame.ratio);
    return hasFinished;
  }

  #updateStaticLayer(frame: AnyFrame) {
    if (frame.staticKey === this.#staticKey) return;
    this.#staticKey = frame.staticKey;
    this.#paintStatic(this.staticLayer, frame, [...this.contexts, this.staticLayer, this.finishedLayer]);
    this.#finishedFrame = null;
  }

  /** Paints the layer once two frames have finished the same. Returns whether it is up to date. */
  #updateFinishedLayer(frame: AnyFrame, last: AnyFrame) {
    if (isAlike(this.#finishedFrame, frame, 'finishedKey')) return true;
    if (!isAlike(last, frame, 'finishedKey')) return false;
    this.#finishedFrame = frame;
    this.#copyLayer(this.staticLayer, this.finishedLayer, frame.ratio);
    drawingNamed(frame.view).paintFinished?.(this.finishedLayer, frame, this.bitmaps);
    return true;
  }

  /** Copies a layer onto another, which then is painted on in CSS pixels. */
  #copyLayer(from: CanvasRenderingContext2D, to: CanvasRenderingContext2D, ratio: number) {
    to.resetTransform();
    to.drawImage(from.canvas, 0, 0);
    this.#scale(to, ratio);
  }

  #scale(context: CanvasRenderingContext2D, ratio: number) {
    context.setTransform(ratio, 0, 0, ratio, this.#left, this.#top);
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
