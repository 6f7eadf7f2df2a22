/** Says which tensors hold random numbers. */

import { effect } from '@preact/signals-core';
import type { Translate } from '../../model/i18n.ts';
import type { EditSession } from '../../state/edit_session.ts';
import { findElement, setText } from '../../views/shared/dom.ts';

export function showRandomNote(changes: EditSession, t: Translate) {
  const note = findElement('#random-note', HTMLElement);
  effect(() => {
    const names = changes.randomTensors.value.map((name) => t(`edit.${name}`));
    note.hidden = names.length === 0;
    setText(note, names.length > 0 ? t('code.random', { tensors: names.join(t('list.comma')) }) : '');
  });
}
