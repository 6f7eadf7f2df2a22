/** Which input channel the sparse matrix is of. Pure. */

import { inputChannelsOf } from '../../model/geometry.ts';
import type { FrameRequest } from '../shared/view.ts';

/** The position in the step of the active cell's channel, of the one at work, or of the reader's choice. */
export function shownChannelIndex({
  model,
  position,
  activeCell,
  following,
  granularity,
  inChannel,
}: Pick<FrameRequest, 'model' | 'position' | 'activeCell' | 'following' | 'granularity' | 'inChannel'>) {
  const inputs = inputChannelsOf(model.summary, position.outChannel);
  const cell = activeCell?.cell;
  const active =
    cell && !['output', 'bias', 'padding'].includes(cell.grid) ? inputs.indexOf(cell.channel) : -1;
  if (active >= 0) return active;
  const working = position.active >= 0 ? position.active : Math.max(position.channels - 1, 0);
  return Math.min(following && granularity !== 'window' ? working : inChannel, inputs.length - 1);
}
