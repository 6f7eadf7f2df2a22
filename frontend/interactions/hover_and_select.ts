/** The pointer over the canvas shows the relations of a cell, and a click pins them. */

import { effect } from '@preact/signals-core';
import type { Cell } from '../model/relations.ts';
import { isSameCell } from '../model/relations.ts';
import type { AppContext } from '../views/app_context.ts';
import { drawingNamed, hitTestFrame, isChannelFrame } from '../views/registry.ts';
import { hitChoice } from '../views/stage/hit_test.ts';

export function setUpHoverAndSelect({ state, canvas, shown, model }: AppContext) {
  const asked = () => (state.locks.peek().has('cells') ? null : shown());
  const cellUnder = (event: MouseEvent) => {
    const frame = asked();
    return frame && hitTestFrame(frame, event.offsetX, event.offsetY);
  };
  const describePlace = ({ offsetX, offsetY }: MouseEvent, cell: Cell | null) => {
    const frame = asked();
    const text = frame && drawingNamed(frame.view).describePlace?.(frame, offsetX, offsetY, !cell);
    if (text !== state.place.peek()?.text) state.place.value = text ? { text, cell } : null;
  };
  /** A press on a small picture shows its channel, or its output. */
  const choose = (event: MouseEvent) => {
    const frame = shown();
    const choice = isChannelFrame(frame) && hitChoice(frame, event.offsetX, event.offsetY);
    if (!choice) return false;
    if (choice.kind === 'output') state.chooseOutput(choice.channel);
    else state.firstChannel.value = choice.channel;
    return true;
  };
  let clicked: Cell | null = null;
  let [lastX, lastY] = [Number.NaN, Number.NaN];
  canvas.addEventListener('pointermove', (event) => {
    if (event.pointerType === 'touch') return;
    // Browsers tell of a move, too, when something else opens or closes under a pointer at rest.
    if (event.clientX === lastX && event.clientY === lastY) return;
    [lastX, lastY] = [event.clientX, event.clientY];
    const cell = cellUnder(event);
    if (!isSameCell(cell, state.hoveredCell.peek())) state.hoveredCell.value = cell;
    describePlace(event, cell);
  });
  canvas.addEventListener('pointerleave', () => {
    state.hoveredCell.value = state.place.value = null;
  });
  canvas.addEventListener('click', (event) => {
    if (state.dragged) return;
    if (choose(event)) return;
    const cell = cellUnder(event);
    state.doubled = isSameCell(cell, clicked);
    clicked = cell;
    describePlace(event, cell);
    if (event.pointerType !== 'touch') return state.pinCell(cell);
    // What is asked of would be gone before it is read.
    if (cell) state.playing.value = false;
    state.pinnedCell.value = cell;
  });
  canvas.addEventListener('dblclick', (event) => {
    if (state.doubled) state.pinCell(cellUnder(event));
  });
  // A place is one of a certain picture.
  effect(() => {
    model();
    state.shownView.value;
    state.direction.value;
    state.transposed.value;
    state.place.value = null;
  });
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape') state.hoveredCell.value = state.pinnedCell.value = null;
  });
}
