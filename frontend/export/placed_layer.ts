/**
 * The output of an animation: its cells are painted one after the other into a small canvas, so that a frame
 * with one more costs no more than that cell.
 */

import type { BitmapCache } from '../views/shared/layered_painter.ts';
import { cellRect, growRect } from '../views/shared/rects.ts';
import { currentOutput } from '../views/stage/channel_frame.ts';
import type { StageFrame } from '../views/stage/frame.ts';
import { outputFit, paintFinishedOutput, paintOutputCells } from '../views/stage/output.ts';

/** What the cells depend on. */
const PARTS = ['staticKey', 'model', 'output', 'colors'] as const;

/** Returns what paints the cells that are placed on what stands still. */
export function makePlacedPainter() {
  const layer = document.createElement('canvas').getContext('2d') as CanvasRenderingContext2D;
  let last: StageFrame | null = null;
  let [left, top] = [0, 0];
  return (on: CanvasRenderingContext2D, frame: StageFrame, bitmaps: BitmapCache) => {
    const { view, place } = currentOutput(frame);
    const { output } = frame;
    if (!output) return;
    // The edge of a part of a heat map may lie within a pixel.
    if (!outputFit(frame, view.cell).readable) return paintFinishedOutput(on, frame, bitmaps);
    const transform = on.getTransform();
    const isSame = last && PARTS.every((name) => last?.[name] === frame[name]);
    let first = last && isSame ? last.placedCount : Infinity;
    last = frame;
    if (first > frame.placedCount) {
      first = 0;
      const { a: ratio, e, f } = transform;
      const { x, y, width, height } = growRect(place, 2);
      [left, top] = [Math.floor(x * ratio + e), Math.floor(y * ratio + f)];
      const size = { width: Math.ceil(width * ratio) + 1, height: Math.ceil(height * ratio) + 1 };
      Object.assign(layer.canvas, size);
      layer.drawImage(on.canvas, -left, -top);
      layer.setTransform(ratio, 0, 0, ratio, e - left, f - top);
    }
    paintOutputCells(layer, frame, output, cellRects(frame, first));
    on.resetTransform();
    on.drawImage(layer.canvas, left, top);
    on.setTransform(transform);
  };
}

/** The rectangles of the cells that are placed, from `first` on. */
function cellRects(frame: StageFrame, first: number) {
  const { view } = currentOutput(frame);
  const cols = frame.model.subject.output[1];
  return Array.from({ length: frame.placedCount - first }, (_, k) => {
    const [row, col] = [Math.floor((first + k) / cols), (first + k) % cols];
    // A little less than the cell, so that rounding brings no neighbour in.
    return growRect(cellRect(view, view.cell, row, col), -0.01);
  });
}
