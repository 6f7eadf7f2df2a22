/** What the sparse matrix says beside its numbers. Pure. */

import type { SceneModel } from '../../model/scene_model.ts';
import type { Caption } from '../shared/view.ts';

export function makeCaptions(
  { summary: { operation } }: SceneModel,
  { transposed }: { transposed: boolean },
): Caption[] {
  const key = () => {
    if (operation.kind === 'conv_transpose2d') return transposed ? '.forth' : '.back';
    if (!transposed) return '';
    return operation.padding_mode === 'zeros' && !operation.flip ? '.transposed' : '.adjoint';
  };
  return [[`sparse.caption${key()}`, {}]];
}
