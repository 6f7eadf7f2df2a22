/** Training of a layer that is sent whole. Nothing is stored. */

import type { NestedArray } from '../model/numbers.ts';
import type { DescentAnswer, GradientsAnswer } from '../model/types.ts';
import type { ApiClient } from './client.ts';

export type Loss =
  | { kind: 'squared_error'; target: { data: NestedArray } }
  | { kind: 'cross_entropy'; target: number };

/** The largest loss whose layer is still shown: its gradients are in the range of every dtype. */
export const LARGEST_SHOWN = 1e30;

export type Trained = 'weight' | 'bias';

export interface Steps {
  learning_rate: number;
  steps: number;
  train: Trained[];
}

/** layer: a scene's body. Throws ApiError. */
export function fetchGradients(api: ApiClient, layer: object, loss?: Loss): Promise<GradientsAnswer> {
  return api.post('/gradients', { ...layer, ...(loss && { loss }) });
}

/** layer: a scene's body. Throws ApiError. */
export function descend(api: ApiClient, layer: object, loss: Loss, steps: Steps): Promise<DescentAnswer> {
  return api.post('/descent', { ...layer, loss, ...steps });
}
