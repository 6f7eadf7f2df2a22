/** Which of the channels of a step the sparse matrix is of. Pure. */

import { stepChannelsOf } from '../../model/gradients/direction.ts';
import type { Cell } from '../../model/relations.ts';
import type { FrameRequest } from '../shared/view.ts';

type Request = Pick<
  FrameRequest,
  'model' | 'position' | 'activeCell' | 'following' | 'granularity' | 'inChannel'
>;

/** Cells of other channels than those that a step adds up. */
const MADE: Record<'forward' | 'input', Cell['grid'][]> = {
  forward: ['output', 'bias', 'padding'],
  input: ['gradient', 'input', 'weight'],
};

/** The position in the step of the active cell's channel, of the one at work, or of the reader's choice. */
export function shownChannelIndex(
  { model, position, activeCell, following, granularity, inChannel }: Request,
  direction: 'forward' | 'input' = 'forward',
) {
  const channels = stepChannelsOf(model.summary, direction, position.outChannel);
  const cell = activeCell?.cell;
  const active = cell && !MADE[direction].includes(cell.grid) ? channels.indexOf(cell.channel) : -1;
  if (active >= 0) return active;
  const working = position.active >= 0 ? position.active : Math.max(position.channels - 1, 0);
  return Math.min(following && granularity !== 'window' ? working : inChannel, channels.length - 1);
}
