/** What a step keeps from the reader, so that it is seen to be kept, and why. */

import { effect } from '@preact/signals-core';
import type { AppContext } from '../../views/app_context.ts';
import { findElement, makeElement } from '../../views/shared/dom.ts';
import type { LessonData } from './lesson_data.ts';

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

/** The terms of a window that is not over hold what is to be predicted. Returns what shows them again. */
export function hideTerms({ task, moment, tick }: LessonData): () => void {
  const elements = ['#all-terms', '#ledger-detail'].map((selector) => findElement(selector, HTMLElement));
  const hide = (hidden: boolean) => {
    for (const element of elements) element.hidden = hidden;
  };
  hide(task?.kind === 'predict' && (moment === null || tick !== null));
  return () => hide(false);
}
