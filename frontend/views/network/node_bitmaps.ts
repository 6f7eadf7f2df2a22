/** Bitmaps of nodes: a frame copies them, and few of them are painted anew in any one frame. */

import { LruCache } from '../../data/lru_cache.ts';
import type { Theme } from '../../model/color.ts';
import type { SheetTensor } from '../../state/network_tensors.ts';
import type { Context2D } from '../shared/drawing.ts';
import type { Detail, NetworkFrame, NodeFrame } from './frame.ts';
import type { NodeBox } from './layout.ts';
import { paintNode } from './node_painter.ts';

interface Bitmap {
  canvas: HTMLCanvasElement;
  /** Device pixels for a unit of the graph. */
  scale: number;
  box: NodeBox;
  sheet: SheetTensor | null;
  theme: Theme;
  detail: Detail;
}

const MOST_PIXELS = 24e6;
/** Bitmaps that a frame paints anew while something moves, and when all is at rest. */
const PER_FRAME = 3;
/** A bitmap is copied larger or smaller by at most so much while the reader zooms. */
const STRETCH = 2.5;

export class NodeBitmaps {
  readonly #kept = new LruCache<number, Bitmap>(
    1000,
    MOST_PIXELS,
    ({ canvas }) => canvas.width * canvas.height,
  );

  /** Paints the nodes of a frame; returns whether some of them are not as sharp or new as they could be. */
  paint(context: Context2D, frame: NetworkFrame, place: (node: NodeFrame) => void): boolean {
    let budget = PER_FRAME;
    let stale = false;
    for (const each of frame.nodes) {
      const known = this.#kept.get(each.node.index);
      const fresh = known !== undefined && isFresh(known, frame, each);
      if (!fresh && known && budget <= 0 && isUsable(known, frame, each)) stale = true;
      else if (!fresh) {
        budget -= 1;
        this.#kept.set(each.node.index, makeBitmap(frame, each));
      }
      const bitmap = this.#kept.get(each.node.index);
      if (!bitmap) continue;
      place(each);
      context.imageSmoothingEnabled = bitmap.scale !== scaleOf(frame);
      context.drawImage(
        bitmap.canvas, 0, 0, bitmap.canvas.width / bitmap.scale, bitmap.canvas.height / bitmap.scale,
      ); // biome-ignore format: one line of numbers
    }
    return stale;
  }
}

function scaleOf({ zoom, pixelRatio }: NetworkFrame) {
  return zoom.scale * pixelRatio;
}

function isFresh(bitmap: Bitmap, frame: NetworkFrame, { box, sheet }: NodeFrame) {
  const same = bitmap.sheet === sheet && bitmap.theme === frame.theme && bitmap.box === box;
  return same && bitmap.detail === frame.detail && bitmap.scale === scaleOf(frame);
}

/** Whether an older bitmap may stand in for a moment. */
function isUsable(bitmap: Bitmap, frame: NetworkFrame, { box }: NodeFrame) {
  const stretch = scaleOf(frame) / bitmap.scale;
  return bitmap.theme === frame.theme && bitmap.box === box && stretch < STRETCH && stretch > 1 / STRETCH / 2;
}

function makeBitmap(frame: NetworkFrame, node: NodeFrame): Bitmap {
  const scale = scaleOf(frame);
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.ceil(node.box.width * scale));
  canvas.height = Math.max(1, Math.ceil(node.box.height * scale));
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  context.scale(scale, scale);
  paintNode(context, frame, node);
  const { box, sheet } = node;
  return { canvas, scale, box, sheet, theme: frame.theme, detail: frame.detail };
}
