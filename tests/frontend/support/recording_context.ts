/** A canvas's context that notes what is painted. */

import type { Context2D } from '../../../frontend/views/shared/drawing.ts';

export interface Painted {
  texts: string[];
  rects: { x: number; y: number; width: number; height: number; color: string }[];
}

export function makeRecordingContext(): Painted & { context: Context2D } {
  const painted: Painted = { texts: [], rects: [] };
  const state: Record<string, unknown> = {
    fillText: (text: string) => painted.texts.push(text),
    fillRect: (x: number, y: number, width: number, height: number) =>
      painted.rects.push({ x, y, width, height, color: String(state.fillStyle) }),
    measureText: (text: string) => ({ width: 6 * text.length }),
  };
  const context = new Proxy(state, {
    get: (known, name: string) => known[name] ?? (() => {}),
  });
  return { ...painted, context: context as unknown as Context2D };
}
