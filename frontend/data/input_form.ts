/** What is posted as the input of a network. */

import type { Preparation } from '../model/network.ts';

/** name: of several inputs, the one that is sent; prepare: of a picture. */
export interface InputParts {
  input: Blob;
  name?: string;
  prepare?: Preparation;
}

export function makeInputForm({ input, name, prepare }: InputParts) {
  const form = new FormData();
  form.set('input', input);
  if (name !== undefined) form.set('name', name);
  // Numbers are taken as they are.
  if (prepare && Object.keys(prepare).length && input.type.startsWith('image/'))
    form.set('prepare', JSON.stringify(prepare));
  return form;
}
