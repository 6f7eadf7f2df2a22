/** What a saved file is called: the layer, what of it, and its size. Pure. */

import { ownKind, ownShape } from '../model/dimensions.ts';
import type { Direction, LayerShape } from '../model/types.ts';

/** Windows that an animation goes through. */
export type AnimationRange = 'window' | 'row' | 'channel';

export interface AnimationName {
  layer: LayerShape;
  direction: Direction;
  range: AnimationRange;
  /** Channel, row and column of the window at work, as the clock counts them. */
  window: [channel: number, row: number, col: number];
  /** In pixels. */
  size: { width: number; height: number };
  format: string;
}

/** `convscope-conv2d-3-1-channel-0-1280x720.gif`; of a gradient `…-3-1-to-weight-channel-…`. */
export function animationName({ layer, direction, range, window, size, format }: AnimationName) {
  const { operation, shapes, dimensions } = layer;
  const [channel, row] = window;
  const whole = ownShape(dimensions, window);
  const place = { window: whole, row: dimensions === 1 ? [channel] : [channel, row], channel: [channel] }[
    range
  ];
  const parts = [
    'convscope',
    ownKind(operation.kind, dimensions).replaceAll('_', '-'),
    shapes.input[0],
    shapes.output[0],
    ...(direction === 'forward' ? [] : ['to', direction]),
    range,
    ...place,
    `${size.width}x${size.height}`,
  ];
  return `${parts.join('-')}.${format}`;
}
