/** What the matrix product says beside its numbers. Pure. */

import type { SceneModel } from '../../model/scene_model.ts';
import type { Caption } from '../shared/view.ts';
import { isPointwise, makeProduct } from './product.ts';

export function makeCaptions(model: SceneModel, { outChannel }: { outChannel: number }): Caption[] {
  const { shapes, operation } = model.summary;
  const [inputs, height, width] = shapes.input;
  const { depth, windows, outputs } = makeProduct(model, outChannel);
  const sizes = { rows: outputs.length, depth, windows, outputs: shapes.output[0], inputs, height, width };
  if (isPointwise(model)) return [['matrix.caption.pointwise', sizes]];
  const { groups = 1 } = operation;
  const group = Math.floor(outChannel / outputs.length) + 1;
  const captions: Caption[] = [['matrix.caption', sizes]];
  return groups > 1 ? [...captions, ['matrix.caption.group', { group, groups }]] : captions;
}
