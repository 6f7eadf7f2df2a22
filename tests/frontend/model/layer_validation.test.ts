import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Layer } from '../../../frontend/model/layer_validation.ts';
import {
  fieldRanges,
  findProblems,
  layerCost,
  outputSizes,
  resolvePadding,
  weightShape,
} from '../../../frontend/model/layer_validation.ts';

const layer = (changes?: Partial<Layer>): Layer => ({
  kind: 'conv2d',
  dimensions: 2,
  input: [2, 5, 5],
  kernel_size: [3, 3],
  outputs: 4,
  stride: [1, 1],
  padding: { top: 0, bottom: 0, left: 0, right: 0 },
  padding_mode: 'zeros',
  dilation: [1, 1],
  output_padding: [0, 0],
  groups: 1,
  flip: false,
  ceil_mode: false,
  count_include_pad: true,
  ...changes,
});

const sides = (p: number) => ({ top: p, bottom: p, left: p, right: p });

test("an output that is too small says so with torch's formula filled in", () => {
  const [problem] = findProblems(layer({ kernel_size: [4, 4], dilation: [2, 2] }));
  assert.deepEqual(problem, {
    at: '/operation',
    key: 'noHeight',
    values: { formula: 'floor((5 + 2·0 − 2·(4−1) − 1)/1 + 1) = −1' },
  });
});

interface Golden {
  layer: Layer & { bias: boolean };
  refused?: string;
  formulas?: string[];
  parameters?: number;
  multiply_adds?: number;
}

test('layers are refused, sized and counted as by the server', () => {
  const goldens: Golden[] = JSON.parse(
    readFileSync(new URL('../../goldens/layers.json', import.meta.url), 'utf8'),
  );
  for (const { layer: given, refused, formulas, parameters, multiply_adds } of goldens) {
    const text = JSON.stringify(given);
    const places = findProblems(given).map(({ at }) => at);
    if (refused !== undefined) {
      assert.ok(places.includes(refused), `${text} is refused at ${refused}, here at ${places}`);
      continue;
    }
    assert.deepEqual(places, [], text);
    assert.deepEqual(
      outputSizes(given).map((size) => size.text),
      formulas,
      text,
    );
    assert.deepEqual(layerCost(given, given.bias), { parameters, multiplyAdds: multiply_adds }, text);
  }
});

test('"same" puts the odd cell at the bottom and at the right', () => {
  assert.deepEqual(resolvePadding(layer({ kernel_size: [4, 3], padding: 'same' })), {
    top: 1,
    bottom: 2,
    left: 1,
    right: 1,
  });
});

const texts = JSON.parse(readFileSync(new URL('../../../static/locales/en.json', import.meta.url), 'utf8'));

const IMPOSSIBLE: [Partial<Layer>, string, string][] = [
  [{ stride: [0, 1] }, '/operation/stride', 'tooSmall'],
  [{ stride: [NaN, 1] }, '/operation/stride', 'notWhole'],
  [{ stride: [1.5, 1] }, '/operation/stride', 'notWhole'],
  [{ padding: sides(-1) }, '/operation/padding', 'tooSmall'],
  [{ dilation: [0, 0] }, '/operation/dilation', 'tooSmall'],
  [{ groups: 0 }, '/operation/groups', 'tooSmall'],
  [{ groups: 3 }, '/operation/groups', 'groupsInput'],
  [{ groups: 2, outputs: 3 }, '/operation/groups', 'groupsOutput'],
  [{ kernel_size: [0, 1] }, '/operation/kernel_size', 'tooSmall'],
  [{ outputs: 0 }, '/outputs', 'tooSmall'],
  [{ input: [0, 5, 5] }, '/input', 'tooSmall'],
  [{ padding: 'same', stride: [2, 1] }, '/operation/padding', 'sameStride'],
  [{ padding: sides(5), padding_mode: 'reflect' }, '/operation/padding', 'reflect'],
  [{ padding: sides(6), padding_mode: 'circular' }, '/operation/padding', 'circular'],
  [{ kind: 'max_pool2d', padding: sides(2) }, '/operation/padding', 'poolPadding'],
  [{ kind: 'conv_transpose2d', output_padding: [1, 0] }, '/operation/output_padding', 'outputPadding'],
  [{ kernel_size: [3, 6] }, '/operation', 'noWidth'],
];

for (const [changes, at, key] of IMPOSSIBLE) {
  test(`impossible: ${JSON.stringify(changes)}`, () => {
    const [found] = findProblems(layer(changes));
    assert.deepEqual([found?.at, found?.key], [at, key]);
    for (const [, name] of texts[`parameters.${key}`].matchAll(/\{(\w+)\}/g))
      assert.ok(name in (found?.values ?? {}), name);
  });
}

test('every value within its range is possible, the next is not', () => {
  const base = layer({
    input: [6, 9, 7],
    kernel_size: [3, 2],
    dilation: [2, 1],
    padding: sides(1),
    outputs: 4,
  });
  const found = fieldRanges(base);
  for (const axis of [0, 1] as const) {
    for (const name of ['kernel_size', 'dilation'] as const) {
      const at = (value: number) =>
        base[name].map((old, k) => (k === axis ? value : old)) as [number, number];
      assert.deepEqual(findProblems(layer({ ...base, [name]: at(found[name][axis]) })), []);
      assert.equal(findProblems(layer({ ...base, [name]: at(found[name][axis] + 1) })).length, 1);
    }
  }
  assert.deepEqual(found.groups, [1, 2]);
  assert.deepEqual(fieldRanges(layer({ padding_mode: 'reflect' })).padding, [4, 4]);
  assert.deepEqual(fieldRanges(layer({ kind: 'avg_pool2d' })).padding, [1, 1]);
});

test('the weight that a layer needs', () => {
  assert.deepEqual(weightShape(layer({ input: [4, 5, 5], groups: 2 })), [4, 2, 3, 3]);
  assert.deepEqual(
    weightShape(layer({ kind: 'conv_transpose2d', input: [4, 5, 5], outputs: 6, groups: 2 })),
    [4, 3, 3, 3],
  );
  assert.equal(weightShape(layer({ kind: 'max_pool2d' })), null);
});
