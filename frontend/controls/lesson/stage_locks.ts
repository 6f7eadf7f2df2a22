/** What a step keeps from the reader, so that it is seen to be kept, and why. */

import { effect, signal } from '@preact/signals-core';
import type { Cell } from '../../model/relations.ts';
import { isSameCell } from '../../model/relations.ts';
import type { AppContext } from '../../views/app_context.ts';
import { findElement, makeElement } from '../../views/shared/dom.ts';
import type { LessonData } from './lesson_data.ts';
import { outputCell } from './stage_references.ts';

/** While time is locked nobody is led to believe that it could be moved. Returns what ends it. */
export function showLocks({ state }: AppContext, { task, texts }: LessonData): () => void {
  const timeline = findElement('.timeline', HTMLElement);
  const controls = [...timeline.children].filter((child) => child instanceof HTMLElement);
  const reason = makeElement('p', 'lock-reason', texts[task ? 'live.locked.task' : 'live.locked.still']);
  timeline.append(reason);
  const end = effect(() => {
    const locked = state.locks.value.has('time');
    for (const control of controls) control.inert = locked;
    reason.hidden = !locked;
  });
  return () => {
    end();
    for (const control of controls) control.inert = false;
    reason.remove();
  };
}

/**
 * The terms of a window hold what is to be predicted of it, in this step or in a later one: they are there
 * once its number is in the output, or the task is done. Returns what is to be called then, and what ends it.
 */
export function hideTerms({ state }: AppContext, { task, asked_later }: LessonData) {
  const elements = ['#all-terms', '#ledger-detail'].map((selector) => findElement(selector, HTMLElement));
  const hide = (hidden: boolean) => {
    for (const element of elements) element.hidden = hidden;
  };
  const isDone = signal(false);
  const isAsked = (cell: Cell) => {
    const hidden = task?.cell && !isDone.value ? [task.cell, ...asked_later] : asked_later;
    return hidden.some(([channel, row, col]) => isSameCell(cell, { grid: 'output', channel, row, col }));
  };
  const end = effect(() => {
    const { place = 0, outChannel = 0, window = 0 } = state.position.value ?? {};
    hide(place < 1 && isAsked(outputCell(outChannel, window, state.clock.value?.width ?? 1)));
  });
  return {
    done: () => {
      isDone.value = true;
    },
    end: () => {
      end();
      hide(false);
    },
  };
}
