/** What would make a weight from a file fit the layer: other groups, other channels of the input. Pure. */

import type { OperationKind } from './types.ts';

export type FittingChoice =
  | { kind: 'groups'; groups: number }
  /** repeated: the channels that are there, cut or repeated; random: an input of fresh numbers. */
  | { kind: 'repeated' | 'random'; channels: number };

export interface FileWeight {
  kind: OperationKind;
  groups: number;
  channels: number;
  /** Of the weight in the file. */
  shape: number[];
}

/** The input channels that a weight reads. */
export function channelsRead({ kind, groups, shape: [first = 1, second = 1] }: Omit<FileWeight, 'channels'>) {
  return kind === 'conv_transpose2d' ? first : second * groups;
}

/** None where it fits. */
export function findFittingChoices(layer: FileWeight): FittingChoice[] {
  const { kind, groups, channels, shape } = layer;
  const read = channelsRead(layer);
  if (read === channels) return [];
  const [outputs = 1, second = 1] = shape;
  const wanted = channels / second;
  const divides =
    kind === 'conv2d' && Number.isInteger(wanted) && wanted !== groups && outputs % wanted === 0;
  return [
    ...(divides ? [{ kind: 'groups' as const, groups: wanted }] : []),
    { kind: 'repeated', channels: read },
    { kind: 'random', channels: read },
  ];
}
