/** What a saved file is called: the layer, what of it, and its size. Pure. */

import { ownKind, ownShape } from '../model/dimensions.ts';
import type { Direction, LayerShape } from '../model/types.ts';

interface NamedLayer {
  layer: LayerShape;
  /** Named unless it is the stage. */
  view: string;
}

/** Windows that an animation goes through. */
export type AnimationRange = 'window' | 'row' | 'channel';

export interface AnimationName extends NamedLayer {
  direction: Direction;
  range: AnimationRange;
  /** Channel, row and column of the window at work, as the clock counts them. */
  window: [channel: number, row: number, col: number];
  /** In pixels. */
  size: { width: number; height: number };
  format: string;
}

/** `convscope-conv2d-3-1-channel-0-1280x720.gif`; of a gradient `…-3-1-to-weight-channel-…`. */
export function animationName({ layer, view, direction, range, window, size, format }: AnimationName) {
  const { dimensions } = layer;
  const [channel, row] = window;
  const whole = ownShape(dimensions, window);
  const place = { window: whole, row: dimensions === 1 ? [channel] : [channel, row], channel: [channel] }[
    range
  ];
  const parts = [
    ...partsOfLayer(layer),
    ...(direction === 'forward' ? [] : ['to', direction]),
    range,
    ...place,
    ...partsOfView(view),
    `${size.width}x${size.height}`,
  ];
  return `${parts.join('-')}.${format}`;
}

export interface PictureName extends NamedLayer {
  /** What the picture says, which begins with its cell, or, of all channels, cells: `Y[0, 1, 2] = 56`. */
  sentence: string;
  format: string;
}

/** `convscope-conv2d-3-1-Y-0-1-2.png`; of another view `…-Y-0-1-2-matrix.png`. */
export function pictureName({ layer, view, sentence, format }: PictureName) {
  const cell = /^\w+\[[\d:, ]+\]/.exec(sentence)?.[0] ?? 'picture';
  const parts = [...partsOfLayer(layer), ...(cell.match(/\w+/g) ?? []), ...partsOfView(view)];
  return `${parts.join('-')}.${format}`;
}

function partsOfLayer({ operation, shapes, dimensions }: LayerShape) {
  const kind = ownKind(operation.kind, dimensions).replaceAll('_', '-');
  return ['convscope', kind, shapes.input[0], shapes.output[0]];
}

function partsOfView(view: string) {
  return view === 'stage' ? [] : [view];
}
