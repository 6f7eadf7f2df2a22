/** What is posted as the input of a network. */

import type { Preparation } from '../model/network.ts';

/**
 * name: of several inputs, the one that is sent; prepare: of a picture; edited: these are the former numbers,
 * some of them changed.
 */
export interface InputParts {
  input: Blob;
  name?: string;
  prepare?: Preparation;
  edited?: boolean;
}

export function makeInputForm({ input, name, prepare, edited }: InputParts) {
  const form = new FormData();
  form.set('input', input);
  if (name !== undefined) form.set('name', name);
  if (edited) form.set('edited', 'true');
  // Numbers are taken as they are.
  if (prepare && Object.keys(prepare).length && input.type.startsWith('image/'))
    form.set('prepare', JSON.stringify(prepare));
  return form;
}
