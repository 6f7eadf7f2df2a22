/** Opens the page of a model that was chosen or dropped. */

import type { ApiClient } from '../../data/client.ts';
import { makeInputForm } from '../../data/input_form.ts';
import type { NetworkSummary, Preparation } from '../../model/network.ts';

/** The seed of the input of a model that comes without one; the page says it. */
const SEED = 0;

/** input: without one, random numbers of the shape, the model's own by default. */
export interface ChosenInput {
  input?: Blob | null;
  prepare?: Preparation;
  shape?: number[] | undefined;
}

/**
 * Goes to the page of the network. model: the parts `model`, or `code` with `weights` or a `seed`. Throws
 * ApiError where the model cannot be run.
 */
export async function openNetwork(
  api: ApiClient,
  model: Record<string, string | Blob>,
  { input, prepare = {}, shape }: ChosenInput = {},
) {
  const random = new Blob([JSON.stringify({ random: { seed: SEED, ...(shape && { shape }) } })]);
  const form = makeInputForm({ input: input ?? random, prepare });
  for (const [name, part] of Object.entries(model)) form.set(name, part);
  const { id } = await api.post<NetworkSummary>('/networks', form);
  const query = new URLSearchParams();
  const language = new URLSearchParams(location.search).get('lang');
  if (language) query.set('lang', language);
  location.assign(`/n/${id}${query.size ? `?${query}` : ''}`);
}
