/** References: words that name a part of the stage light it, and it lights them. */

import { batch, effect } from '@preact/signals-core';
import { inputChannelsOf } from '../../model/geometry.ts';
import type { Cell } from '../../model/relations.ts';
import { isSameCell } from '../../model/relations.ts';
import { timeOfWindow } from '../../model/timeline.ts';
import type { SceneSummary } from '../../model/types.ts';
import type { AppState } from '../../state/app_state.ts';
import { findElements, makeElement } from '../../views/shared/dom.ts';

/**
 * The cell that a reference means, such as `output 0,0,1`; null where there is none. window: the output cell
 * of the moment.
 */
export function cellOfReference(reference: string, summary: SceneSummary, window: Cell): Cell | null {
  const [kind = '', numbers = ''] = reference.split(' ');
  const index = numbers ? numbers.split(',').map(Number) : [];
  const [first = 0, second = 0, third = 0, fourth = 0] = index;
  if (kind === 'window') return window;
  if (kind === 'input' || kind === 'output') return { grid: kind, channel: first, row: second, col: third };
  if (kind === 'product') return { grid: 'tap', channel: first, row: second, col: third };
  if (kind === 'weight') {
    const channel = weightChannel(summary, first, second);
    return { grid: 'weight', channel, row: third, col: fourth };
  }
  if (kind === 'bias') return { grid: 'bias', channel: first, row: 0, col: 0 };
  if (kind === 'running') return { grid: 'running', channel: first, row: 0, col: 0 };
  if (kind === 'sum' || kind === 'channel') return { grid: 'sum', channel: first, row: 0, col: 0 };
  if (kind === 'kernel')
    return { grid: 'sum', channel: weightChannel(summary, first, second), row: 0, col: 0 };
  return null;
}

/** The input channel that a slice of the weight reads. */
function weightChannel(summary: SceneSummary, first: number, second: number) {
  if (summary.operation.kind.startsWith('conv_transpose')) return first;
  return inputChannelsOf(summary, first)[second] ?? 0;
}

/** The output channel that a reference is about, such as that of `bias 2`, or null. */
export function outputOfReference(reference: string, summary: SceneSummary): number | null {
  const [kind = '', numbers = ''] = reference.split(' ');
  const [first = 0] = numbers.split(',').map(Number);
  if (kind === 'output' || kind === 'bias') return first;
  const isSlice = kind === 'weight' || kind === 'kernel';
  return isSlice && !summary.operation.kind.startsWith('conv_transpose') ? first : null;
}

/** Where time was, and where it waits while the words about another output channel are pointed at. */
interface Visit {
  scene: string;
  from: number;
  at: number;
}

/** Shows another output channel, if the reference is about one; the stage would light the wrong filter's. */
function visitOutput(state: AppState, reference: string, cell: Cell): Visit | null {
  const [clock, scene] = [state.clock.peek(), state.scene.peek()];
  if (!clock || !scene || state.playing.peek()) return null;
  const channel = outputOfReference(reference, scene.summary);
  // The words may be those of a step whose layer is still to come.
  if (channel === null || channel >= clock.outChannels || channel === state.outChannel.peek()) return null;
  const window = cell.grid === 'output' ? cell.row * clock.width + cell.col : state.window.peek();
  const from = state.time.peek();
  state.time.value = timeOfWindow(clock, channel, window);
  return { scene: scene.summary.id, from, at: state.time.peek() };
}

/** Returns what ends it. root: where the words stand. */
export function linkReferences(root: HTMLElement, state: AppState): () => void {
  makeButtons(root);
  const referenceOf = (element: Element | null) =>
    element?.closest<HTMLElement>('[data-reference]')?.dataset.reference;
  const cellOf = (element: Element | null) => {
    const reference = referenceOf(element);
    const scene = state.scene.peek();
    return reference && scene ? cellOfReference(reference, scene.summary, windowCell(state)) : null;
  };
  let visit: Visit | null = null;
  const leave = () => {
    const isThere = visit?.scene === state.scene.peek()?.summary.id && state.time.peek() === visit?.at;
    if (visit && isThere) state.time.value = visit.from;
    visit = null;
  };
  const show = (event: Event) => {
    const target = event.target as Element;
    const cell = cellOf(target);
    if (!cell) return;
    batch(() => {
      leave();
      visit = visitOutput(state, referenceOf(target) ?? '', cell);
      state.hoveredCell.value = cell;
    });
  };
  const hide = (event: Event) => {
    const cell = cellOf(event.target as Element);
    if (!cell) return;
    batch(() => {
      if (!isSameCell(cell, state.pinnedCell.peek())) leave();
      state.hoveredCell.value = null;
    });
  };
  const pin = (event: Event) => {
    const cell = cellOf(event.target as Element);
    if (cell) state.pinnedCell.value = isSameCell(cell, state.pinnedCell.peek()) ? null : cell;
  };
  const listeners: [string, (event: Event) => void][] = [
    ['pointerover', show],
    ['focusin', show],
    ['pointerout', hide],
    ['focusout', hide],
    ['click', pin],
  ];
  for (const [name, listener] of listeners) root.addEventListener(name, listener);
  const stop = effect(() => {
    const lit = state.activeCell.value?.cell ?? null;
    state.position.value;
    for (const word of findElements('[data-reference]', root))
      word.classList.toggle('is-lit', lit !== null && isSameCell(cellOf(word), lit));
  });
  return () => {
    stop();
    leave();
    for (const [name, listener] of listeners) root.removeEventListener(name, listener);
  };
}

/** References are plain text without scripts. Those of replies stand in templates. */
function makeButtons(root: ParentNode) {
  for (const { content } of root.querySelectorAll('template')) makeButtons(content);
  for (const word of root.querySelectorAll<HTMLElement>('b[data-reference]')) {
    const button = makeElement('button', word.className, word.textContent ?? '') as HTMLButtonElement;
    button.type = 'button';
    button.dataset.reference = word.dataset.reference;
    word.replaceWith(button);
  }
}

/** The output cell whose window is shown. */
export function windowCell(state: AppState): Cell {
  return outputCell(state.outChannel.peek(), state.window.peek(), state.clock.peek()?.width ?? 1);
}

/** The output cell of a window; width: the windows in a row. */
export function outputCell(channel: number, window: number, width: number): Cell {
  return { grid: 'output', channel, row: Math.floor(window / width), col: window % width };
}
