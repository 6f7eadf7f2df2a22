/** Which part of the graph is seen. Pure. */

import type { Rect } from '../../model/types.ts';
import { clamp } from '../shared/rects.ts';
import type { GraphLayout, NodeBox } from './layout.ts';
import { LAYOUT_MARGIN } from './layout.ts';

/** scale: CSS pixels for a unit of the graph; x, y: the place of the graph in the middle of the canvas. */
export interface GraphZoom {
  scale: number;
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

const MOST = 4;
const LEAST = 0.03;
/** Below this scale a network begins at its input instead of being seen whole. */
const READABLE = 0.5;
const LARGEST_FIT = 1.5;
const MARGIN = 16;

/** The whole graph. */
export function fitZoom(layout: GraphLayout, size: Size): GraphZoom {
  const scale = Math.min(size.width / layout.width, size.height / layout.height, LARGEST_FIT);
  return { scale: clamp(scale, LEAST, MOST), x: layout.width / 2, y: layout.height / 2 };
}

/** The whole graph, or its beginning where the whole could not be read. */
export function firstZoom(layout: GraphLayout, size: Size): GraphZoom {
  const whole = fitZoom(layout, size);
  if (whole.scale >= READABLE || size.width === 0) return whole;
  const across = layout.direction === 'right' ? size.height / layout.height : size.width / layout.width;
  const scale = clamp(across, READABLE, 1);
  const first = layout.nodes[0];
  if (!first) return whole;
  const input = { x: first.x + first.width / 2, y: first.y + first.height / 2 };
  const [width, height] = [size.width / scale, size.height / scale];
  // Constants that shapes are made from may stand before it.
  const begin = (place: number) => Math.max(place - LAYOUT_MARGIN, 0);
  const around = (place: number, length: number, room: number) =>
    length < room ? length / 2 : clamp(place, room / 2, length - room / 2);
  if (layout.direction === 'right')
    return { scale, x: begin(first.x) + width / 2, y: around(input.y, layout.height, height) };
  return { scale, x: around(input.x, layout.width, width), y: begin(first.y) + height / 2 };
}

/** By a factor, around a point of the canvas that stays. */
export function zoomAround(zoom: GraphZoom, size: Size, factor: number, x: number, y: number): GraphZoom {
  const scale = clamp(zoom.scale * factor, LEAST, MOST);
  const place = toGraph(zoom, size, x, y);
  return { scale, x: place.x - (x - size.width / 2) / scale, y: place.y - (y - size.height / 2) / scale };
}

export function toGraph(zoom: GraphZoom, { width, height }: Size, x: number, y: number) {
  return { x: zoom.x + (x - width / 2) / zoom.scale, y: zoom.y + (y - height / 2) / zoom.scale };
}

export function toCanvas(zoom: GraphZoom, { width, height }: Size, x: number, y: number) {
  return { x: (x - zoom.x) * zoom.scale + width / 2, y: (y - zoom.y) * zoom.scale + height / 2 };
}

/** The part of the graph that is seen. */
export function seenRect({ scale, x, y }: GraphZoom, { width, height }: Size): Rect {
  return {
    x: x - width / 2 / scale,
    y: y - height / 2 / scale,
    width: width / scale,
    height: height / scale,
  };
}

/** Moved, where the box is not seen whole, as little as shows it. */
export function revealBox(zoom: GraphZoom, size: Size, box: NodeBox): GraphZoom {
  const seen = seenRect(zoom, size);
  const margin = MARGIN / zoom.scale;
  const shift = (start: number, length: number, from: number, room: number) => {
    if (length + 2 * margin > room) return start + length / 2 - (from + room / 2);
    return Math.min(start - margin - from, 0) || Math.max(start + length + margin - (from + room), 0);
  };
  const dx = shift(box.x, box.width, seen.x, seen.width);
  const dy = shift(box.y, box.height, seen.y, seen.height);
  return { scale: zoom.scale, x: zoom.x + dx, y: zoom.y + dy };
}

/** Kept so near that something of the graph is always seen. */
export function limitZoom({ scale, x, y }: GraphZoom, layout: GraphLayout): GraphZoom {
  return { scale, x: clamp(x, 0, layout.width), y: clamp(y, 0, layout.height) };
}
