/** The numbers of a picture as the server reads it: no browser scales and rounds alike. */

import type { SceneSummary } from '../model/types.ts';
import type { ApiClient } from './client.ts';

/** A pooling of single cells takes an input of any channels and keeps its numbers. */
const IDENTITY = { operation: { kind: 'max_pool2d', kernel_size: [1, 1] }, dtype: 'float32' };

/** Returns an .npy file. Throws ApiError. */
export async function fetchPictureNumbers(api: ApiClient, picture: Blob, [height, width]: [number, number]) {
  const form = new FormData();
  form.set('scene', JSON.stringify(IDENTITY));
  form.set('input', picture, 'file');
  const { id } = await api.post<SceneSummary>(`/scenes?size=${height},${width}`, form);
  return (await api.get(`/scenes/${id}/tensors/input?format=npy`)).blob();
}
