/** The field in which an own example gets its name, in place of the heading. */

import type { Translate } from '../model/i18n.ts';
import type { AppState } from '../state/app_state.ts';
import { MOST_TITLE } from '../state/scene_origins.ts';
import { findElement, makeElement } from '../views/shared/dom.ts';

export function editTitle(state: AppState, t: Translate) {
  const id = state.scene.peek()?.summary.id;
  if (!id) return;
  state.playing.value = false;
  const heading = findElement('h1', HTMLHeadingElement);
  const field = makeElement('input', 'title-field') as HTMLInputElement;
  Object.assign(field, { type: 'text', maxLength: MOST_TITLE, value: state.origins.titleOf(id) });
  field.placeholder = heading.textContent ?? '';
  field.setAttribute('aria-label', t('title.edit'));
  // A field that is taken away loses the focus, and would be closed once more.
  let isOpen = true;
  const close = (keep: boolean) => {
    if (!isOpen) return;
    isOpen = false;
    const focused = document.activeElement === field;
    heading.hidden = false;
    field.remove();
    // The heading is there again, so that its new text can be fitted.
    if (keep) state.origins.rename(id, field.value);
    if (focused) findElement('#rename', HTMLButtonElement).focus();
  };
  field.addEventListener('keydown', (event) => {
    if (event.isComposing || (event.key !== 'Enter' && event.key !== 'Escape')) return;
    event.preventDefault();
    event.stopPropagation();
    close(event.key === 'Enter');
  });
  field.addEventListener('blur', () => close(true));
  heading.hidden = true;
  heading.after(field);
  field.select();
}
