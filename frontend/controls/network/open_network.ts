/** Opens the page of a model that was chosen or dropped. */

import type { ApiClient } from '../../data/client.ts';
import type { NetworkSummary } from '../../model/network.ts';

/** The seed of the input of a model that comes without one; the page says it. */
const SEED = 0;

/** Goes to the page of the network. Throws ApiError where the model cannot be run. */
export async function openNetwork(api: ApiClient, model: Blob, input: Blob | null) {
  const form = new FormData();
  form.set('model', model);
  form.set('input', input ?? new Blob([JSON.stringify({ random: { seed: SEED } })]));
  const { id } = await api.post<NetworkSummary>('/networks', form);
  const query = new URLSearchParams();
  const language = new URLSearchParams(location.search).get('lang');
  if (language) query.set('lang', language);
  location.assign(`/n/${id}${query.size ? `?${query}` : ''}`);
}
