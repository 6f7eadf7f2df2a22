/** A canvas's context that notes what is painted. */

import type { Context2D } from '../../../frontend/views/shared/drawing.ts';

export interface Painted {
  texts: string[];
  /** Of each text the share of its usual width that it has room for, at most 1. */
  widths: number[];
  /** Of each text the size of its type, in CSS pixels. */
  sizes: number[];
  /** Of each text its colour. */
  inks: string[];
  /** Of each line the colour. */
  strokes: string[];
  rects: { x: number; y: number; width: number; height: number; color: string }[];
}

/** The usual width of a tabular figure, as a share of the size of type. */
const FIGURE = 0.58;

export function makeRecordingContext(): Painted & { context: Context2D } {
  const painted: Painted = { texts: [], widths: [], sizes: [], inks: [], strokes: [], rects: [] };
  const typeSize = () => Number.parseFloat(String(state.font).split(' ')[1] ?? '');
  const widthOf = (text: string) => FIGURE * typeSize() * text.length;
  const state: Record<string, unknown> = {
    font: '400 10px',
    fillText: (text: string, _x: number, _y: number, maxWidth = Number.POSITIVE_INFINITY) => {
      painted.texts.push(text);
      painted.sizes.push(typeSize());
      painted.inks.push(String(state.fillStyle));
      painted.widths.push(Math.min(1, maxWidth / widthOf(text)));
    },
    stroke: () => painted.strokes.push(String(state.strokeStyle)),
    fillRect: (x: number, y: number, width: number, height: number) =>
      painted.rects.push({ x, y, width, height, color: String(state.fillStyle) }),
    measureText: (text: string) => ({ width: widthOf(text) }),
  };
  const context = new Proxy(state, {
    get: (known, name: string) => known[name] ?? (() => {}),
  });
  return { ...painted, context: context as unknown as Context2D };
}
