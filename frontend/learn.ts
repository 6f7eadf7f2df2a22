/** The index of lessons: how far the reader has come in each. */

import { readProgress } from './controls/lesson/progress.ts';
import { findElements } from './views/shared/dom.ts';

const progress = readProgress();
for (const link of findElements('[data-lesson]')) {
  const { lesson = '', steps = '0' } = link.dataset;
  const known = progress[lesson];
  const place = link.querySelector('.lesson-progress');
  const texts = link.closest<HTMLElement>('[data-done]')?.dataset;
  if (!known || !place || !texts) continue;
  const done = known.done.length >= Number(steps);
  const begun = (texts.begun ?? '').replace('{step}', String(known.last)).replace('{steps}', steps);
  place.textContent = done ? `✓ ${texts.done ?? ''}` : begun;
}
