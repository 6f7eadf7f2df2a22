/** A plane of numbers on a canvas: cells are pointed at, chosen, and walked with the arrow keys. */

import { effect } from '@preact/signals-core';
import type { PlaneFrame, PlaneStyle } from '../../views/network/plane_painter.ts';
import { paintPlane, planeCell } from '../../views/network/plane_painter.ts';
import { makeElement } from '../../views/shared/dom.ts';
import { clamp } from '../../views/shared/rects.ts';

export interface PlaneActs {
  choose: (row: number, col: number) => void;
  hover: (at: { row: number; col: number } | null) => void;
  /** Takes the pointer's way through the cells instead, where there is something to be drawn on. */
  draw?: { isOn: () => boolean; at: (row: number, col: number) => void; end: () => void };
}

export interface PlaneCanvas {
  element: HTMLCanvasElement;
  /** Whether its numbers can be read. */
  readable: () => boolean;
  dispose: () => void;
}

const STEPS: Record<string, [number, number]> = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
};

/** frame: null while there is nothing to paint. room: in CSS pixels. */
export function makePlaneCanvas(
  frame: () => PlaneFrame | null,
  style: () => PlaneStyle,
  room: () => { width: number; height: number },
  acts: PlaneActs,
): PlaneCanvas {
  const element = makeElement('canvas') as HTMLCanvasElement;
  element.tabIndex = 0;
  element.role = 'application';
  let shown: PlaneFrame | null = null;
  let cell = 1;
  let readable = false;
  const dispose = effect(() => {
    shown = frame();
    element.hidden = shown === null;
    if (!shown) return;
    const { width, height } = room();
    cell = planeCell(shown, width, height);
    readable = paintPlane(element, shown, cell, style());
  });
  const cellAt = ({ offsetX, offsetY }: PointerEvent) => {
    const at = { row: Math.floor((offsetY - 1) / cell), col: Math.floor((offsetX - 1) / cell) };
    const isIn = shown && at.row >= 0 && at.col >= 0 && at.row < shown.rows && at.col < shown.cols;
    return isIn && shown?.valueAt(at.row, at.col) !== null ? at : null;
  };
  setUpPointer(element, cellAt, acts);
  element.onkeydown = (event) => {
    const step = STEPS[event.key];
    if (!step || !shown || event.ctrlKey || event.metaKey || event.altKey) return;
    const from = shown.cell;
    const row = from ? clamp(from.row + step[0], 0, shown.rows - 1) : 0;
    const col = from ? clamp(from.col + step[1], 0, shown.cols - 1) : 0;
    if (shown.valueAt(row, col) !== null) acts.choose(row, col);
    event.preventDefault();
    event.stopPropagation();
  };
  return { element, readable: () => readable, dispose };
}

function setUpPointer(
  element: HTMLCanvasElement,
  cellAt: (event: PointerEvent) => { row: number; col: number } | null,
  { choose, hover, draw }: PlaneActs,
) {
  let isDrawing = false;
  const drawAt = (event: PointerEvent) => {
    const at = cellAt(event);
    if (at) draw?.at(at.row, at.col);
  };
  element.onpointerdown = (event) => {
    if (event.button !== 0 || !draw?.isOn()) return;
    isDrawing = true;
    element.setPointerCapture(event.pointerId);
    drawAt(event);
  };
  element.onpointermove = (event) => {
    if (isDrawing) drawAt(event);
    else if (event.pointerType !== 'touch') hover(cellAt(event));
  };
  element.onpointerup = () => {
    if (isDrawing) draw?.end();
    isDrawing = false;
  };
  element.onpointercancel = element.onpointerup;
  element.onpointerleave = () => hover(null);
  element.onclick = (event) => {
    const at = draw?.isOn() ? null : cellAt(event as PointerEvent);
    if (at) choose(at.row, at.col);
  };
}
