import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiClient } from '../../../frontend/data/client.ts';
import { loadGradientPlanes } from '../../../frontend/data/gradient_planes.ts';
import { PageCache } from '../../../frontend/data/page_cache.ts';
import type { Tensor } from '../../../frontend/model/types.ts';
import { makeSummary, makeTensor } from '../support/builders.ts';

/** A server whose gradients are 0, 1, 2, …, and what it is asked for: the whole, or a channel. */
function makeServer(shape: number[]) {
  const asked: (number | 'whole')[] = [];
  const { data } = makeTensor(shape);
  const size = data.length / (shape[0] ?? 1);
  const tensor = async (_id: string, _name: string, { channel }: { channel?: number } = {}) => {
    asked.push(channel ?? 'whole');
    if (channel === undefined) return { shape, data };
    return { shape: shape.slice(1), data: data.slice(channel * size, (channel + 1) * size) };
  };
  return { asked, api: { tensor } as unknown as ApiClient };
}

const fail = (error: unknown) => assert.fail(String(error));

test('all channels of a gradient are there as soon as one is, whichever time is moved to', async () => {
  for (const name of ['grad_input', 'grad_weight'] as const) {
    const summary = makeSummary({}, { input: [3, 2, 2], weight: [3, 3, 2, 2] });
    const shape = name === 'grad_input' ? summary.shapes.input : (summary.shapes.weight ?? []);
    const { api, asked } = makeServer(shape);
    const planes: PageCache<number, Tensor> = new PageCache(Infinity, fail);
    await loadGradientPlanes(api, summary, name, planes, 2);
    await loadGradientPlanes(api, summary, name, planes, 0);
    assert.deepEqual(asked, ['whole']);
    const size = shape.slice(1).reduce((a, b) => a * b, 1);
    for (let channel = 0; channel < 3; channel++) {
      const { data, range } = planes.get(channel) ?? {};
      assert.deepEqual(
        [...(data ?? [])],
        Array.from({ length: size }, (_, k) => channel * size + k),
      );
      assert.deepEqual(range, [0, (channel + 1) * size - 1]);
    }
  }
});

test('of a large gradient the channels beside the one shown come after it', async () => {
  const summary = makeSummary({}, { input: [64, 100, 100] });
  const { api, asked } = makeServer(summary.shapes.input);
  const planes: PageCache<number, Tensor> = new PageCache(Infinity, fail);
  await loadGradientPlanes(api, summary, 'grad_input', planes, 2);
  assert.deepEqual(asked.slice(0, 1), [2]);
  assert.deepEqual(
    asked.toSorted((a, b) => Number(a) - Number(b)),
    [0, 1, 2, 3, 4, 5, 6],
  );
});
