/** A new example from blank, by its sizes. */

import { ApiError } from '../../data/client.ts';
import { formatError } from '../../data/error_message.ts';
import type { Translate } from '../../model/i18n.ts';
import type { EditSession } from '../../state/edit_session.ts';
import type { ExampleSizes } from '../../state/new_example.ts';
import { makeExampleRequest } from '../../state/new_example.ts';
import { findElement, setText } from '../../views/shared/dom.ts';

export function setUpNewExample(changes: EditSession, t: Translate) {
  const form = findElement('#new-form', HTMLFormElement);
  const message = findElement('#new-error', HTMLElement);
  // Made again, it has other numbers.
  let seed = 0;
  const showError = (text: string) => {
    setText(message, text);
    message.hidden = text === '';
  };
  const signal = findElement('[name="signal"]', HTMLInputElement, form);
  const height = findElement('label:has([name="height"])', HTMLElement, form);
  signal.addEventListener('change', () => {
    height.hidden = signal.checked;
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const size = (name: string) => Number(new FormData(form).get(name));
    const [channels, filters] = [size('channels'), size('filters')];
    const flat = signal.checked;
    const sizes = {
      dimensions: flat ? 1 : 2,
      channels,
      height: flat ? 1 : size('height'),
      width: size('width'),
      filters,
      kernel: size('kernel'),
    } satisfies ExampleSizes;
    try {
      await changes.submit(() => makeExampleRequest(sizes, seed), undefined, changes.forgetTitle);
      seed += 2;
      showError('');
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      showError(formatError(t, error));
    }
  });
}
