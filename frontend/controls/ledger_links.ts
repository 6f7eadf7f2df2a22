/** Links the terms and sums of the ledger with the cells of the view: they highlight one another. */

import type { ReadonlySignal } from '@preact/signals-core';
import { effect } from '@preact/signals-core';
import type { Ledger } from '../model/ledger.ts';
import { findTermRanges, tapsOfLine } from '../model/ledger_text.ts';
import type { Cell } from '../model/relations.ts';
import { isSameCell, isSumCell } from '../model/relations.ts';
import type { Step } from '../model/step.ts';
import type { AppState } from '../state/app_state.ts';
import { findElement, findElements } from '../views/shared/dom.ts';

/** ledger: the one that is shown. */
export function linkLedgerTerms(state: AppState, ledger: ReadonlySignal<Ledger | null>) {
  const root = findElement('.ledger', HTMLElement);
  root.addEventListener('pointermove', (event) => {
    const cell = cellUnder(ledger.peek(), event);
    if (!isSameCell(cell, state.hoveredCell.peek())) state.hoveredCell.value = cell;
  });
  root.addEventListener('pointerleave', () => {
    state.hoveredCell.value = null;
  });
  root.addEventListener('click', (event) => {
    if (event.pointerType === 'touch') state.pinnedCell.value = cellUnder(ledger.peek(), event);
  });
  if (!('highlights' in CSS)) return;
  effect(() => {
    const [cell, step, shown] = [state.activeCell.value?.cell, state.step.value, ledger.value];
    const ranges = cell && step && shown ? findRanges(root, shown, step, cell) : [];
    if (ranges.length === 0) CSS.highlights.delete('active-cell');
    else CSS.highlights.set('active-cell', new Highlight(...ranges));
  });
}

/** The cell of the term or the sum under the pointer. */
function cellUnder(ledger: Ledger | null, { target, clientX, clientY }: MouseEvent): Cell | null {
  const element = target instanceof Element ? target.closest('[data-grid]') : null;
  if (!(element instanceof HTMLElement) || !ledger) return null;
  const grid = element.dataset.grid as Cell['grid'];
  const channel = Number(element.dataset.channel);
  if (grid !== 'tap') return { grid, channel, row: 0, col: 0 };
  const caret = document.caretPositionFromPoint?.(clientX, clientY);
  const line = ledger.lines.find((candidate) => candidate.channel === channel);
  if (!line || caret?.offsetNode.parentNode !== element) return null;
  const term = findTermRanges(caret.offsetNode.textContent ?? '').findIndex(
    ([start, end]) => caret.offset >= start && caret.offset <= end,
  );
  const tap = tapsOfLine(ledger, line)[term];
  return tap ? { grid, channel, row: tap[0], col: tap[1] } : null;
}

/** Finds where the ledger shows a cell. */
function findRanges(root: HTMLElement, ledger: Ledger, step: Step, cell: Cell): Range[] {
  const textsOf = (grid: Cell['grid']) =>
    findElements(`[data-grid="${grid}"][data-channel="${cell.channel}"]`, root).flatMap(
      ({ firstChild }) => firstChild ?? [],
    );
  if (isSumCell(cell))
    return textsOf(cell.grid).map((text) => makeRange(text, 0, text.textContent?.length ?? 0));
  const tap = tapOf(step, cell);
  const line = ledger.lines.find(({ channel }) => channel === cell.channel);
  if (!tap || !line) return [];
  const term = tapsOfLine(ledger, line).findIndex(([u, v]) => u === tap[0] && v === tap[1]);
  return textsOf('tap').flatMap((text) => {
    const range = findTermRanges(text.textContent ?? '')[term];
    return range ? makeRange(text, ...range) : [];
  });
}

/** The kernel cell through which the step reads or uses a cell. */
function tapOf(step: Step, { grid, row, col }: Cell): [number, number] | null {
  if (grid === 'output' || grid === 'padding') return null;
  const [u, v] = grid === 'input' ? [step.inputRows.indexOf(row), step.inputCols.indexOf(col)] : [row, col];
  return u < 0 || v < 0 ? null : [u, v];
}

function makeRange(text: Node, start: number, end: number) {
  const range = new Range();
  range.setStart(text, start);
  range.setEnd(text, end);
  return range;
}
