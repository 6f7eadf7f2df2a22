import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeNpy } from '../../../frontend/data/npy.ts';
import { makeRamp } from '../../../frontend/model/tensors.ts';
import type { PanelValues } from '../../../frontend/state/scene_requests.ts';
import { makeSceneRequest } from '../../../frontend/state/scene_requests.ts';
import { makePadding, makeScene, makeSummary, makeTensor } from '../support/builders.ts';

const zero = makePadding(0);

const SCENE = makeScene(
  { ...makeSummary({}, { input: [2, 3, 3], weight: [1, 2, 2, 2], output: [1, 2, 2] }), id: 'abc' },
  { input: makeRamp([2, 3, 3]), weight: makeTensor([1, 2, 2, 2], [0, 1, 2, 3, 1, 2, 3, 4]) },
);

interface SentBody {
  operation: unknown;
  input?: unknown;
  weight?: { data: unknown[] } | null;
  bias?: unknown;
}

const OPERATION = { kind: 'conv2d', stride: [2, 1] };

const NO_FILE = {
  file: null,
  key: '',
  problem: '',
  seed: 0,
  distribution: 'integers' as const,
  touched: false,
};

const reading = (layer?: Partial<PanelValues['layer']>, others?: Partial<PanelValues>): PanelValues => ({
  layer: {
    kind: 'conv2d',
    dimensions: 2,
    input: [2, 3, 3],
    kernel_size: [2, 2],
    outputs: 1,
    stride: [1, 1],
    padding: zero,
    padding_mode: 'zeros',
    dilation: [1, 1],
    output_padding: [0, 0],
    groups: 1,
    flip: false,
    ceil_mode: false,
    count_include_pad: true,
    ...layer,
  },
  operation: OPERATION,
  dtype: 'float32',
  bias: null,
  biasFile: null,
  input: { ...NO_FILE, source: 'keep', sample: 'coffee', picture: false, repeats: false },
  weight: { ...NO_FILE, source: 'keep', kernels: [] },
  ...others,
});

const body = (values: PanelValues, scene = SCENE) => makeSceneRequest(values, scene).body as SentBody;

const filtersOf = (values: PanelValues) => (body(values).weight?.data ?? []) as number[][][][];

test('a parameter alone is a small edit, and the tensors stay', () => {
  const { path, body: sent, layer } = makeSceneRequest(reading({ stride: [2, 1] }), SCENE);
  assert.equal(path, '/scenes/abc/edits');
  assert.deepEqual(Object.keys(sent), ['operation']);
  assert.deepEqual((sent as SentBody).operation, OPERATION);
  assert.deepEqual(layer?.shapes.output, [1, 1, 2]);
});

test('the kernel follows the input and its own size', () => {
  assert.deepEqual(body(reading({ input: [1, 3, 3] })).weight, {
    data: [
      [
        [
          [0, 1],
          [2, 3],
        ],
      ],
    ],
  });
  const [[[grown] = [], [other] = []] = []] = filtersOf(reading({ kernel_size: [1, 3] }));
  assert.deepEqual(
    [grown?.slice(0, 2), other?.slice(0, 2)],
    [
      [0, 1],
      [1, 2],
    ],
  );
  assert.ok([...(grown ?? []), ...(other ?? [])].every(Number.isInteger));
  assert.deepEqual(body(reading({ input: [3, 2, 2], outputs: 2 })).weight?.data.length, 2);
  const [first, second] = filtersOf(reading({ groups: 2, outputs: 2 }));
  assert.deepEqual(first?.flat(2), [0, 1, 2, 3]);
  assert.equal(second?.flat(2).length, 4);
  assert.notDeepEqual(second, first, 'an added filter is no copy');
});

test('the transposed kernel has its channels turned over', () => {
  assert.deepEqual(body(reading({ kind: 'conv_transpose2d' })).weight, {
    data: [
      [
        [
          [0, 1],
          [2, 3],
        ],
      ],
      [
        [
          [1, 2],
          [3, 4],
        ],
      ],
    ],
  });
});

test('pooling has neither kernel nor bias', () => {
  const sent = body(reading({ kind: 'max_pool2d', outputs: 2, stride: [2, 2] }));
  assert.equal(sent.weight, null);
});

test('random numbers, samples and named kernels are asked for by name', () => {
  assert.deepEqual(
    body(reading({}, { input: { ...reading().input, source: 'random', seed: 7, touched: true } })).input,
    { random: { shape: [2, 3, 3], seed: 7, distribution: 'integers' } },
  );
  assert.deepEqual(
    body(reading({ input: [3, 8, 9] }, { input: { ...reading().input, source: 'sample', touched: true } }))
      .input,
    { sample: 'coffee', size: [8, 9] },
  );
  assert.deepEqual(
    body(
      reading(
        { kernel_size: [3, 3], outputs: 2 },
        { weight: { ...reading().weight, source: 'named', kernels: ['sobel_x', 'sobel_y'], touched: true } },
      ),
    ).weight,
    { kernels: ['sobel_x', 'sobel_y'] },
  );
});

test('a bias comes, goes and stays', () => {
  assert.deepEqual(body(reading({}, { bias: [5] })).bias, { data: [5] });
  const biased = { ...SCENE, bias: makeTensor([1], [5]) };
  assert.equal(body(reading(), biased).bias, null);
  assert.ok(!('bias' in makeSceneRequest(reading({}, { bias: [5] }), biased).body));
});

test('a picture travels as it is, what it does not replace as npy', async () => {
  const file = new Blob(['picture']);
  const what = reading(
    { input: [3, 40, 60] },
    { input: { ...reading().input, source: 'file', file, picture: true, touched: true } },
  );
  const { path, body: form } = makeSceneRequest(what, SCENE);
  assert.equal(path, '/scenes?size=40,60');
  assert.ok(form instanceof FormData);
  assert.equal(await (form.get('input') as Blob).text(), 'picture');
  const weight = decodeNpy(await (form.get('weight') as Blob).arrayBuffer());
  assert.deepEqual(weight.shape, [1, 3, 2, 2]);
  assert.deepEqual(JSON.parse(String(form.get('scene'))).dtype, 'float32');
});

test('many numbers, and another type, travel as npy', async () => {
  for (const what of [reading({ input: [2, 200, 200] }), reading({}, { dtype: 'float64' })]) {
    const { path, body: form } = makeSceneRequest(what, SCENE);
    assert.equal(path, '/scenes');
    const input = decodeNpy(await ((form as FormData).get('input') as Blob).arrayBuffer());
    assert.deepEqual(input.shape, what.layer.input);
  }
});
