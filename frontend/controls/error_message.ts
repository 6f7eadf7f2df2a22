/** Errors over the stage: what went wrong, in one sentence, and what to do. */

import { effect } from '@preact/signals-core';
import type { AppContext } from '../views/app_context.ts';
import { findElement, setText } from '../views/shared/dom.ts';

/** Characters of a step that is not there: what stands in an address may be long. */
const LONGEST_STEP = 40;

/** The sentence goes on after a reason that is a sentence of its own. */
const FULL_STOP = /[.。]$/;

export function showErrors({ state, t, boot }: AppContext) {
  const box = findElement('#error-message', HTMLElement);
  const button = findElement('#retry', HTMLButtonElement);
  effect(() => {
    const [error, refusal] = [state.error.value, state.refusal.value];
    const absent = state.absentStep.value;
    box.hidden = !error && !refusal && absent?.time !== state.time.value;
    button.hidden = error === null;
    const text = findElement('#error-text', HTMLElement);
    if (error) setText(text, error.status === 0 ? t('error.offline') : t('error.answer', values(error)));
    else if (refusal) setText(text, t('error.refused', { detail: refusal.replace(FULL_STOP, '') }));
    else if (absent) setText(text, t('error.step', { step: absent.asked.slice(0, LONGEST_STEP) }));
  });
  const retry = () => state.retry(boot.summary);
  button.onclick = retry;
  addEventListener('online', () => state.error.peek() && retry());
}

function values({ status, detail }: { status: number; detail: string }) {
  return { status, detail };
}
