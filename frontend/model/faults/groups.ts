/** How the groups of a layer can be misread: ignored, taken for another, or dealt out in turn. Pure. */

import type { SceneModel } from '../scene_model.ts';
import type { Step } from '../step.ts';
import type { FaultReading, ReadChannel } from './sums.ts';
import { ownChannels, reading, sumWindow } from './sums.ts';

/** Of more groups the first, the one before and the one after are looked at. */
const MOST_GROUPS = 16;

/** Channels that are named at most. */
const MOST_NAMED = 4;

/** Nothing for a layer of one group. */
export function groupReadings(step: Step, model: SceneModel, outChannel: number): FaultReading[] {
  const { operation, shapes } = model.summary;
  const { groups = 1 } = operation;
  if (groups === 1) return [];
  const window = { rows: step.inputRows, cols: step.inputCols };
  const [size, outputs] = [shapes.input[0] / groups, shapes.output[0] / groups];
  const own = Math.floor(outChannel / outputs);
  const of = (key: string, channels: ReadChannel[], values: FaultReading['values'] = {}) => {
    const result = sumWindow(model, outChannel, window, { channels });
    return result === null ? [] : [reading(key, result, values)];
  };
  const withOwnSlices = (channels: number[]): ReadChannel[] =>
    channels.map((channel) => ({ channel, slice: [outChannel, channel] }));
  const all = Array.from({ length: shapes.input[0] }, (_, c) => c);
  const others = otherGroups(own, groups);
  const dealt = all.filter((c) => c % groups === own);
  const read = ownChannels(model, outChannel);
  return [
    ...of('groupsIgnored', withOwnSlices(all), { count: shapes.input[0], own: size }),
    ...others.flatMap((group) => {
      const channels = all.slice(group * size, (group + 1) * size);
      return of('otherGroup', withOwnSlices(channels), { count: size, channels: nameChannels(channels) });
    }),
    // The slices of a transposed layer are those of its inputs: another group has none for these.
    ...(operation.kind === 'conv_transpose2d' ? [] : others).flatMap((group) => {
      const channel = outChannel + (group - own) * outputs;
      const slices = read.map(({ channel: c }): ReadChannel => ({ channel: c, slice: [channel, c] }));
      return of('otherGroupFilter', slices, { channel });
    }),
    ...(size === 1
      ? []
      : of(
          'groupsDealt',
          read.map(({ slice }, k): ReadChannel => ({ channel: dealt[k] ?? 0, slice })),
          { channels: nameChannels(dealt) },
        )),
  ];
}

function otherGroups(own: number, groups: number): number[] {
  const near = groups > MOST_GROUPS ? [0, own - 1, own + 1] : Array.from({ length: groups }, (_, g) => g);
  return [...new Set(near)].filter((group) => group !== own && group >= 0 && group < groups);
}

function nameChannels(channels: number[]) {
  const named = channels.slice(0, MOST_NAMED).join(', ');
  return channels.length > MOST_NAMED ? `${named}, …` : named;
}
