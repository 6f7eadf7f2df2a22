/** What the matrix product says beside its numbers. Pure. */

import type { SceneModel } from '../../model/scene_model.ts';
import type { Caption } from '../shared/view.ts';
import { isPointwise, kernelOf, makeProduct } from './product.ts';

export function makeCaptions(model: SceneModel, { outChannel }: { outChannel: number }): Caption[] {
  const { shapes, operation } = model.summary;
  const [inputs, height, width] = shapes.input;
  if (isPointwise(model))
    return [['matrix.caption.pointwise', { outputs: shapes.output[0], inputs, height, width }]];
  const product = makeProduct(model, outChannel);
  const { depth, windows, outputs } = product;
  const { groups = 1 } = operation;
  const group = Math.floor(outChannel / outputs.length) + 1;
  const kernel = kernelOf(model, product, 'K');
  const captions: Caption[] = [['matrix.caption', { kernel, rows: outputs.length, depth, windows }]];
  return groups > 1 ? [...captions, ['matrix.caption.group', { group, groups }]] : captions;
}
