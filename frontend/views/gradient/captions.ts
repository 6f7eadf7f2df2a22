/** What a gradient is, and why it is read like that, beside its numbers. Pure. */

import { borrowsPadding, hasScatter } from '../../model/direction.ts';
import type { SceneModel } from '../../model/scene_model.ts';
import type { Caption, CaptionChoice } from '../shared/view.ts';
import { isTurned } from './stage_texts.ts';

export function makeCaptions(model: SceneModel, { direction, reading }: CaptionChoice): Caption[] {
  if (direction !== 'input') return [[`gradient.caption.${direction}`, {}]];
  return model.weight ? ofConvolution(model, reading) : ofPooling(model);
}

function ofConvolution({ summary }: SceneModel, reading: CaptionChoice['reading']): Caption[] {
  const borrows: Caption[] = borrowsPadding(summary)
    ? [['gradient.caption.borrows', { mode: summary.operation.padding_mode ?? '' }]]
    : [];
  if (reading === 'scatter') return [['gradient.caption.scatter', {}], ...borrows];
  if (!hasScatter(summary)) return [['gradient.caption.transposed', {}]];
  if (borrows.length > 0) return [['gradient.caption.gather', {}], ...borrows];
  const turned = isTurned(summary, reading) ? 'gradient.caption.turned' : 'gradient.caption.flipped';
  const [down, across] = summary.operation.stride;
  const stride = down === across ? `${down}` : `${down}×${across}`;
  const strided = Math.max(down, across) > 1;
  return [[turned, {}], ...(strided ? [['gradient.caption.stride', { stride }] satisfies Caption] : [])];
}

function ofPooling({ summary }: SceneModel): Caption[] {
  return [[`gradient.caption.${summary.operation.kind}`, {}]];
}
