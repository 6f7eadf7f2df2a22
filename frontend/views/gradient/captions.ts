/** What a gradient is, and why it is read like that, beside its numbers. Pure. */

import { borrowsPadding, hasScatter, outputChannelsOf, pairAt } from '../../model/gradients/direction.ts';
import type { SceneModel } from '../../model/scene_model.ts';
import { kernelOf, makeProduct } from '../matrix/product.ts';
import type { Caption, CaptionChoice } from '../shared/view.ts';
import { isTurned } from './stage_texts.ts';

export function makeCaptions(model: SceneModel, choice: CaptionChoice): Caption[] {
  const { direction, reading, view } = choice;
  if (model.weight && view === 'matrix') return ofMatrix(model, choice);
  if (model.weight && view === 'sparse') return ofSparse(model, choice);
  const stamped = direction === 'weight' && model.summary.operation.kind === 'conv_transpose2d';
  if (stamped) return [['gradient.caption.weight.conv_transpose2d', {}]];
  if (direction !== 'input') return [[`gradient.caption.${direction}`, {}]];
  return model.weight ? ofConvolution(model, reading) : ofPooling(model);
}

function ofMatrix(model: SceneModel, { direction, reading, outChannel }: CaptionChoice): Caption[] {
  const { summary } = model;
  const { groups = 1 } = summary.operation;
  const o = direction === 'input' ? outputChannelsOf(summary, outChannel)[0] : pairAt(summary, outChannel)[0];
  const product = makeProduct(model, o ?? 0);
  const { depth, windows, outputs } = product;
  const toBias = direction === 'bias';
  const sizes = { rows: toBias ? summary.shapes.output[0] : outputs.length, depth, windows };
  const kernel = kernelOf(model, product, 'dK');
  const captions: Caption[] = [
    [`gradient.matrix.caption.${direction === 'input' ? reading : direction}`, { kernel, ...sizes }],
  ];
  const group = Math.floor((o ?? 0) / outputs.length) + 1;
  if (groups > 1 && !toBias) captions.push(['matrix.caption.group', { group, groups }]);
  return direction === 'input' ? [...captions, ...borrowing(model)] : captions;
}

function ofSparse(model: SceneModel, { direction, reading, transposed }: CaptionChoice): Caption[] {
  const key = `gradient.sparse.caption.${direction === 'input' ? reading : direction}`;
  const caption: Caption = [transposed && direction !== 'bias' ? `${key}.transposed` : key, {}];
  return direction === 'input' ? [caption, ...borrowing(model)] : [caption];
}

function borrowing({ summary }: SceneModel): Caption[] {
  return borrowsPadding(summary)
    ? [['gradient.caption.borrows', { mode: summary.operation.padding_mode ?? '' }]]
    : [];
}

function ofConvolution(model: SceneModel, reading: CaptionChoice['reading']): Caption[] {
  const { summary } = model;
  const borrows = borrowing(model);
  if (reading === 'scatter') return [['gradient.caption.scatter', {}], ...borrows];
  if (!hasScatter(summary)) return [['gradient.caption.transposed', {}]];
  if (borrows.length > 0) return [['gradient.caption.gather', {}], ...borrows];
  const turned = isTurned(summary, reading) ? 'gradient.caption.turned' : 'gradient.caption.flipped';
  const [down, across] = summary.operation.stride;
  const stride = summary.dimensions === 1 || down === across ? `${across}` : `${down}×${across}`;
  const strided = Math.max(down, across) > 1;
  return [[turned, {}], ...(strided ? [['gradient.caption.stride', { stride }] satisfies Caption] : [])];
}

function ofPooling({ summary }: SceneModel): Caption[] {
  return [[`gradient.caption.${summary.operation.kind}`, {}]];
}
