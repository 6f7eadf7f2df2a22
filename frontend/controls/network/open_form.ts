/** The page where a network is opened. */

import type { ApiClient } from '../../data/client.ts';
import { ApiError } from '../../data/client.ts';
import { formatError } from '../../data/error_message.ts';
import type { Translate } from '../../model/i18n.ts';
import { findElement, setText } from '../../views/shared/dom.ts';
import { isModel, setUpDrop } from './files.ts';
import { openNetwork } from './open_network.ts';

export function setUpOpenForm(api: ApiClient, t: Translate) {
  const form = findElement('#open-form', HTMLFormElement);
  const [model, input] = ['model', 'input'].map((name) =>
    findElement(`[name=${name}]`, HTMLInputElement, form),
  );
  const error = findElement('#open-error', HTMLElement);
  const status = findElement('#open-status', HTMLElement);
  const submit = findElement('[type=submit]', HTMLButtonElement, form);
  const tell = (text: string) => {
    error.hidden = text === '';
    setText(error, text);
  };
  const open = async (file: File, given: Blob | null) => {
    tell('');
    if (!isModel(file.name)) return tell(t('open.notModel', { name: file.name }));
    submit.disabled = true;
    setText(status, t('open.busy'));
    try {
      await openNetwork(api, file, given);
    } catch (problem) {
      tell(problem instanceof ApiError ? formatError(t, problem) : String(problem));
    } finally {
      submit.disabled = false;
      setText(status, '');
    }
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    const file = model?.files?.[0];
    if (file) open(file, input?.files?.[0] ?? null);
  };
  setUpDrop((files) => {
    const chosen = files.model ?? model?.files?.[0] ?? null;
    if (chosen) open(chosen, files.input ?? input?.files?.[0] ?? null);
    else if (files.input) tell(t('open.notModel', { name: files.input.name }));
  });
}
