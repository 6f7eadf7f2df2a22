/**
 * Questions and the ledger: the answer in words, in the place of what happens now; terms, sums and the
 * stage's cells light one another.
 */

import { effect } from '@preact/signals-core';
import { inputChannelsOf } from '../model/geometry.ts';
import type { Translate } from '../model/i18n.ts';
import type { Ledger } from '../model/ledger.ts';
import { findTermRanges, tapsOfLine } from '../model/ledger_text.ts';
import { formatExact } from '../model/numbers.ts';
import type { Cell, Relations } from '../model/relations.ts';
import { findRelations, isSameCell, isSumCell } from '../model/relations.ts';
import type { SceneModel } from '../model/scene_model.ts';
import type { Step } from '../model/step.ts';
import type { AppState } from '../state/app_state.ts';
import { cellValue } from '../state/cell_value.ts';
import { findElement, setText } from '../views/shared/dom.ts';

export function showRelationDescription(state: AppState, t: Translate, model: () => SceneModel | null) {
  const now = findElement('#step-description', HTMLElement);
  effect(() => {
    const [question, shown] = [state.activeCell.value, model()];
    const text = question && shown ? describeCell(state, t, shown, question.cell) : '';
    now.dataset.asked = text;
    const note = question?.pinned ? ` ${t('ask.pinned')}` : '';
    setText(now, text ? text + note : (now.dataset.happens ?? ''));
  });
}

function describeCell(state: AppState, t: Translate, model: SceneModel, cell: Cell) {
  const o = state.outChannel.value;
  if (isSumCell(cell)) return describeSum(state, t, model, cell, o);
  if (cell.grid === 'tap') return describeTap(state, t, model, cell, o);
  const found = findRelations(model, cell, { row: 0, col: 0 });
  const value = numberText(model, cellValue(state, model, cell));
  const name = nameOf(cell, o);
  if (cell.grid === 'input') return describeReach(t, model, found, name, value);
  const cells = (found.inputs?.plane.rows.length ?? 0) * (found.inputs?.plane.cols.length ?? 0);
  if (cell.grid === 'weight') return t('ask.weight', { cell: name, value, cells, channel: cell.channel });
  const channels = found.inputs?.channels.length ?? 0;
  return t(channels === 1 ? 'ask.output.one' : 'ask.output', { cell: name, value, cells, channels });
}

/** `Y[0, 1, 2]`. o: the output channel shown. */
function nameOf({ grid, channel, row, col }: Cell, o: number) {
  if (grid === 'weight') return `K[${o}, ${channel}, ${row}, ${col}]`;
  return `${grid === 'input' ? 'X' : 'Y'}[${channel}, ${row}, ${col}]`;
}

/** All of a number's digits. */
function numberText({ summary }: SceneModel, value: number | null | undefined) {
  return typeof value === 'number' ? formatExact(value, summary.dtype) : '…';
}

function describeReach(
  t: Translate,
  { summary, weight }: SceneModel,
  found: Relations,
  cell: string,
  value: string,
) {
  const channels = weight ? summary.shapes.output[0] / (summary.operation.groups ?? 1) : 1;
  return t(channels === 1 ? 'ask.input.one' : 'ask.input', {
    cell,
    value,
    cells: found.outputs.length,
    channels,
  });
}

function describeTap(
  state: AppState,
  t: Translate,
  model: SceneModel,
  { channel, row, col }: Cell,
  o: number,
) {
  const step = state.step.value;
  const index = inputChannelsOf(model.summary, o).indexOf(channel);
  const tap = row * model.subject.kernel[1] + col;
  const x = numberText(model, step?.patchOf(index)[tap]);
  const product = numberText(model, step?.productsOf(index)[tap]);
  if (!model.weight) return product === x ? x : `${x} → ${product}`;
  return t('ask.tap', {
    x,
    product,
    w: numberText(model, cellValue(state, model, { grid: 'weight', channel, row, col })),
  });
}

/** A sum without rounding. */
function describeSum(state: AppState, t: Translate, model: SceneModel, { grid, channel }: Cell, o: number) {
  const step = state.step.value;
  const index = inputChannelsOf(model.summary, o).indexOf(channel);
  const { kind } = model.summary.operation;
  if (!model.weight)
    return t(kind === 'max_pool2d' ? 'now.max' : 'now.mean', { sum: numberText(model, step?.output) });
  if (grid === 'total') {
    const output = nameOf({ grid: 'output', channel: o, row: step?.row ?? 0, col: step?.col ?? 0 }, o);
    return t('ask.total', { output, value: numberText(model, step?.output) });
  }
  const sums = grid === 'sum' ? step?.channelSums : step?.runningSums;
  return t(`ask.${grid}`, { channel, value: numberText(model, sums?.[index]) });
}

/** printed: what the ledger shows. */
export function linkLedgerTerms(
  state: AppState,
  printed: { value: Ledger | null; peek: () => Ledger | null },
) {
  const room = findElement('.ledger', HTMLElement);
  const ask = (event: MouseEvent) => {
    const cell = cellUnder(printed.peek(), event);
    if (!isSameCell(cell, state.hoveredCell.peek())) state.hoveredCell.value = cell;
  };
  room.addEventListener('pointermove', ask);
  room.addEventListener('pointerleave', () => {
    state.hoveredCell.value = null;
  });
  room.addEventListener('click', (event) => {
    if (event.pointerType === 'touch') state.pinnedCell.value = cellUnder(printed.peek(), event);
  });
  if (!('highlights' in CSS)) return;
  effect(() => {
    const cell = state.activeCell.value?.cell ?? null;
    highlightRanges(room, placesOf(room, printed.value, state.step.value, cell));
  });
}

/** The term or the sum under the pointer. */
function cellUnder(printed: Ledger | null, event: MouseEvent): Cell | null {
  const holder = event.target instanceof Element ? event.target.closest('[data-grid]') : null;
  if (!(holder instanceof HTMLElement) || !printed) return null;
  const { grid, channel: text } = holder.dataset;
  const channel = Number(text);
  if (grid !== 'tap') return { grid: grid as Cell['grid'], channel, row: 0, col: 0 };
  const caret = document.caretPositionFromPoint?.(event.clientX, event.clientY);
  const line = printed.lines.find((found) => found.channel === channel);
  if (!line || caret?.offsetNode.parentNode !== holder) return null;
  const at = findTermRanges(caret.offsetNode.textContent ?? '').findIndex(
    ([from, to]) => caret.offset >= from && caret.offset <= to,
  );
  const tap = tapsOfLine(printed, line)[at];
  return tap ? { grid, channel, row: tap[0], col: tap[1] } : null;
}

/** Where the ledger says what the cell is. */
function placesOf(room: HTMLElement, printed: Ledger | null, step: Step | null, cell: Cell | null): Range[] {
  if (!cell || !step || !printed) return [];
  const of = (grid: string) => [
    ...room.querySelectorAll(`[data-grid="${grid}"][data-channel="${cell.channel}"]`),
  ];
  if (isSumCell(cell))
    return of(cell.grid)
      .map((holder) => rangeIn(holder.firstChild, 0, holder.textContent?.length ?? 0))
      .filter((range) => range !== null);
  const tap = tapOf(step, cell);
  const line = printed.lines.find(({ channel }) => channel === cell.channel);
  const at = tap && line ? tapsOfLine(printed, line).findIndex(([u, v]) => u === tap[0] && v === tap[1]) : -1;
  if (at < 0) return [];
  return of('tap')
    .map(({ firstChild: text }) => {
      const place = findTermRanges(text?.textContent ?? '')[at];
      return place ? rangeIn(text, ...place) : null;
    })
    .filter((range) => range !== null);
}

/** The kernel cell through which the step shown has to do with a cell. */
function tapOf(step: Step, { grid, row, col }: Cell): [number, number] | null {
  if (grid === 'output') return null;
  const [u, v] = grid === 'input' ? [step.inputRows.indexOf(row), step.inputCols.indexOf(col)] : [row, col];
  return u < 0 || v < 0 ? null : [u, v];
}

function rangeIn(text: Node | null, start: number, end: number) {
  if (!text) return null;
  const range = new Range();
  range.setStart(text, start);
  range.setEnd(text, end);
  return range;
}

function highlightRanges(room: HTMLElement, ranges: Range[]) {
  room.classList.toggle('is-asked', ranges.length > 0);
  if (ranges.length === 0) CSS.highlights.delete('asked');
  else CSS.highlights.set('asked', new Highlight(...ranges));
}
