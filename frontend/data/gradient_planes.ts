/** The planes of a gradient: of the input by input channel, of the weight by output channel. */

import { batch } from '@preact/signals-core';
import { maxMagnitude } from '../model/color.ts';
import type { NumberArray, SceneSummary, Tensor } from '../model/types.ts';
import type { ApiClient } from './client.ts';
import type { PageCache } from './page_cache.ts';

/** Numbers that are asked for at once, so that what is finished is there when time is moved past it. */
const MOST_WHOLE = 65_536;
/** Of a larger gradient, the channels on either side that come along. */
const NEIGHBOURS = 4;

/** Resolves when the plane of a channel is there; those of other channels come with it, or after it. */
export async function loadGradientPlanes(
  api: ApiClient,
  summary: SceneSummary,
  name: 'grad_input' | 'grad_weight',
  planes: PageCache<number, Tensor>,
  channel: number,
) {
  const { shapes } = summary;
  const shape = name === 'grad_input' ? shapes.input : (shapes.weight ?? []);
  const [count = 0, ...plane] = shape;
  const size = plane.reduce((a, b) => a * b, 1);
  if (count * size <= MOST_WHOLE) {
    const load = async () => {
      const { data } = await api.tensor(summary, name);
      const planeOf = (of: number) => withRange(plane, data.slice(of * size, (of + 1) * size));
      batch(() => {
        for (let of = 0; of < count; of++) planes.set(of, planeOf(of));
      });
      return planeOf(channel);
    };
    return planes.load(channel, load);
  }
  const load = (of: number) =>
    planes.load(of, async () => withRange(plane, (await api.tensor(summary, name, { channel: of })).data));
  await load(channel);
  const last = Math.min(channel + NEIGHBOURS, count - 1);
  for (let of = Math.max(channel - NEIGHBOURS, 0); of <= last; of++) load(of);
}

function withRange(shape: number[], data: NumberArray): Tensor {
  return { shape, data, range: [0, maxMagnitude(data)] };
}
