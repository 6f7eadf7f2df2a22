/** What would make weight, groups and input of a layer fit: other groups, other input channels. Pure. */

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

/** Of groups that do not divide the input channels; outputs: of the layer. None where they do. */
export function findGroupChoices(channels: number, groups: number, outputs: number): FittingChoice[] {
  if (channels % groups === 0) return [];
  const divides = (count: number) => channels % count === 0 && outputs % count === 0;
  const fewer = Array.from({ length: groups - 1 }, (_, k) => groups - 1 - k).find(divides) ?? 1;
  const filled = Math.ceil(channels / groups) * groups;
  return [
    { kind: 'groups', groups: fewer },
    { kind: 'repeated', channels: filled },
    { kind: 'random', channels: filled },
  ];
}
