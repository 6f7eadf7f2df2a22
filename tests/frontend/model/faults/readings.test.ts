import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupReadings } from '../../../../frontend/model/faults/groups.ts';
import { compareWithValue, listReadings } from '../../../../frontend/model/faults/readings.ts';
import { sumWindow } from '../../../../frontend/model/faults/sums.ts';
import { readTypedValue } from '../../../../frontend/model/faults/typed_value.ts';
import { windowReadings } from '../../../../frontend/model/faults/windows.ts';
import type { Step } from '../../../../frontend/model/step.ts';
import type { Case } from '../../support/gradient_layers.ts';
import { CASES, makeForward } from '../../support/gradient_layers.ts';
import type { Deviation } from '../../support/plain_layer.ts';
import { PlainConvolution } from '../../support/plain_layer.ts';

const LAYER = {
  ...{ channels: 6, outputs: 4, size: 9, kernel: 3, stride: 2, padding: 1, dilation: 2, groups: 2 },
  bias: [100, 203, -307, 411],
};
const CELL = [3, 1, 2] as const;

function typed(text: string) {
  const value = readTypedValue(text);
  assert.ok(value, text);
  return value;
}

/** The keys of the readings that give a number in the cell. */
function readingsOf(conv: PlainConvolution, value: number) {
  const [o, i, j] = CELL;
  const { match, readings } = compareWithValue(typed(String(value)), conv.step(o, i, j), conv.model(), o);
  return match === 'exact' ? ['right'] : readings.map(({ key }) => key);
}

/** Each fault, by plain sums over the definition of the layer. */
const FAULTS: Record<string, (conv: PlainConvolution) => number> = {
  right: (conv) => conv.sum(...CELL) + 411,
  channel: (conv) => conv.channelSum(...CELL, 0) + 411,
  channelLeftOut: (conv) => conv.sum(...CELL) - conv.channelSum(...CELL, 2) + 411,
  channelWithoutBias: (conv) => conv.channelSum(...CELL, 1),
  mean: (conv) => conv.sum(...CELL) / 3 + 411,
  meanOfAll: (conv) => (conv.sum(...CELL) + 411) / 3,
  noBias: (conv) => conv.sum(...CELL),
  minusBias: (conv) => conv.sum(...CELL) - 411,
  negated: (conv) => 411 - conv.sum(...CELL),
  negatedWithBias: (conv) => -conv.sum(...CELL) - 411,
  biasTwice: (conv) => conv.sum(...CELL) + 2 * 411,
  biasPerChannel: (conv) => conv.sum(...CELL) + 3 * 411,
  otherBias: (conv) => conv.sum(...CELL) - 307,
  flipped: deviating({ weightAt: (u, v) => [2 - u, 2 - v] }),
  kernelTransposed: deviating({ weightAt: (u, v) => [v, u] }),
  inputTransposed: deviating({ swapsInput: true }),
  noPadding: deviating({ padding: 0 }),
  noStride: deviating({ stride: 1 }),
  noDilation: deviating({ dilation: 1 }),
  paddingOff: deviating({ padding: 2 }),
  strideOff: deviating({ stride: 3 }),
  dilationOff: deviating({ dilation: 3 }),
  reversed: deviating({ reads: [5, 4, 3] }),
  otherOutput: (conv) => conv.sum(1, 1, 2) + 203,
  groupsIgnored: deviating({ reads: [0, 1, 2, 3, 4, 5] }),
  otherGroup: deviating({ reads: [0, 1, 2] }),
  otherGroupFilter: deviating({ filter: 1 }),
  groupsDealt: deviating({ reads: [1, 3, 5] }),
  offByOne: (conv) => conv.sum(3, 2, 2) + 411,
  swapped: (conv) => conv.sum(3, 2, 1) + 411,
};

function deviating(deviation: Deviation) {
  return (conv: PlainConvolution) => conv.sum(...CELL, deviation) + 411;
}

for (const [key, result] of Object.entries(FAULTS))
  test(`a value made by the fault "${key}" is traced back to it`, () => {
    for (const seed of [1, 2, 3]) {
      const conv = new PlainConvolution(LAYER, seed);
      assert.ok(readingsOf(conv, result(conv)).includes(key), `seed ${seed}`);
    }
  });

test('a value made by another padding mode is traced back to it', () => {
  const modes: Record<string, Deviation['borrow']> = {
    replicate: (at, size) => Math.min(Math.max(at, 0), size - 1),
    reflect: (at) => Math.abs(at),
    circular: (at, size) => (at + size) % size,
  };
  for (const [mode, borrow] of Object.entries(modes)) {
    const conv = new PlainConvolution(LAYER);
    const value = conv.sum(3, 0, 0, { borrow }) + 411;
    const { readings } = compareWithValue(typed(String(value)), conv.step(3, 0, 0), conv.model(), 3);
    const found = readings.filter(({ key }) => key === 'paddingMode').map(({ values }) => values.value);
    assert.ok(found.includes(mode), mode);
  }
});

test('a value that no reading gives is traced to none', () => {
  const conv = new PlainConvolution(LAYER);
  assert.deepEqual(readingsOf(conv, 123456), []);
});

test('only what can be recomputed is listed', () => {
  const plain = { ...LAYER, stride: 1, padding: 0, dilation: 1, bias: null };
  const keys = (layer: typeof plain) => {
    const conv = new PlainConvolution({ ...layer });
    return new Set(listReadings(conv.step(0, 0, 0), conv.model(), 0).map(({ key }) => key));
  };
  for (const key of ['noPadding', 'noStride', 'noDilation', 'noBias', 'biasPerChannel', 'otherBias'])
    assert.ok(!keys(plain).has(key), key);
  assert.ok(!keys({ ...plain, groups: 2, channels: 2, outputs: 2 }).has('mean'), 'one channel in each group');
  assert.ok(
    !keys({ ...plain, groups: 2, channels: 2, outputs: 2 }).has('groupsDealt'),
    'nothing to deal out',
  );
  for (const key of ['groupsIgnored', 'otherGroup', 'otherGroupFilter', 'groupsDealt'])
    assert.ok(!keys({ ...plain, groups: 1 }).has(key), key);
  const conv = new PlainConvolution(LAYER);
  const sketched = { ...conv.model(), input: { shape: [6, 9, 9], data: new Float32Array(0) } };
  const left = listReadings(conv.step(...CELL), sketched, 3).map(({ key }) => key);
  assert.ok(!left.includes('flipped') && left.includes('noBias'));
});

test('a value with few decimals stands for all that are rounded to it', () => {
  const fits = (text: string, result: number) => {
    const { value, tolerance } = typed(text);
    return Math.abs(result - value) <= tolerance;
  };
  assert.ok(fits('3.14', Math.PI));
  assert.ok(!fits('3.15', Math.PI));
  assert.ok(fits('-1.5e-3', -0.00152));
  assert.ok(!fits('77', 77.2));
});

test('a value is said to match as far as it does, and a near miss by how much it differs', () => {
  const conv = new PlainConvolution({ ...LAYER, bias: [0, 0, 0, -0.318757] });
  const [o, i, j] = CELL;
  const whole = conv.sum(o, i, j);
  const compare = (text: string) => compareWithValue(typed(text), conv.step(o, i, j), conv.model(), o);
  const exact = (whole - 0.318757).toFixed(6);
  assert.equal(compare(exact).match, 'exact');
  for (const decimals of [5, 4, 3, 2, 1])
    assert.equal(compare((whole - 0.318757).toFixed(decimals)).match, 'typed', `${decimals} decimals`);
  // Printed together with others the last digit is one off.
  assert.equal(compare((whole - 0.318757 + 1e-5).toFixed(5)).match, 'typed');
  const near = compare((whole - 0.318757 + 0.0123).toFixed(8));
  assert.equal(near.match, 'near');
  assert.ok(Math.abs(near.difference - 0.0123) < 1e-7);
  assert.equal(compare((whole + 123456).toFixed(4)).match, 'none');
});

test('groups of a transposed layer are traced back too, whose slices are those of its inputs', () => {
  const model = makeForward({
    kind: 'conv_transpose2d',
    ...{ size: [3, 3], kernel: [2, 2], stride: [2, 2], channels: 4, outputs: 2, groups: 2 },
  });
  const { taps, input, weight } = model;
  // Output cell (1, 3, 2): each output cell is made of one input cell, through one kernel cell.
  const at = (c: number) => (input.data[c * 9 + 4] ?? 0) * (weight?.data[c * 4 + 2] ?? 0);
  const [rows, cols] = [taps.rows[3] ?? [], taps.cols[2] ?? []];
  assert.deepEqual(
    [rows, cols],
    [
      [-1, 1],
      [1, -1],
    ],
  );
  const step = { inputRows: rows, inputCols: cols } as unknown as Step;
  const found = new Map(groupReadings(step, model, 1).map(({ key, result }) => [key, result]));
  assert.deepEqual([...found.keys()], ['groupsIgnored', 'otherGroup', 'groupsDealt']);
  assert.equal(found.get('groupsIgnored'), at(0) + at(1) + at(2) + at(3));
  assert.equal(found.get('otherGroup'), at(0) + at(1));
});

/** The layer with a field that is one more, where this leaves the cells in question there. */
const CHANGES: Record<string, (layer: Case) => Case> = {
  strideOff: (layer) => ({ ...layer, stride: plusOne(layer.stride) }),
  dilationOff: (layer) => ({ ...layer, dilation: plusOne(layer.dilation) }),
  paddingOff: (layer) => ({ ...layer, padding: (layer.padding ?? 0) + 1 }),
};

function plusOne([rows, cols]: [number, number] = [1, 1]): [number, number] {
  return [rows + 1, cols + 1];
}

for (const [key, change] of Object.entries(CHANGES))
  test(`"${key}" is the output of the layer of which it is true, in every operation and padding mode`, () => {
    let compared = 0;
    for (const layer of CASES) {
      const [model, other] = [makeForward(layer), makeForward(change(layer))];
      for (const [row, rows] of other.taps.rows.entries())
        for (const [col, cols] of other.taps.cols.entries()) {
          const here = { row, col, inputRows: model.taps.rows[row], inputCols: model.taps.cols[col] };
          if (!here.inputRows || !here.inputCols) continue;
          const results = windowReadings(here as unknown as Step, model, 0).flatMap((reading) =>
            reading.key === key ? [reading.result] : [],
          );
          const expected = sumWindow(other, 0, { rows, cols }, {});
          assert.ok(
            expected !== null && results.includes(expected),
            `${JSON.stringify(layer)} ${row} ${col}`,
          );
          compared += 1;
        }
    }
    assert.ok(compared > 50, String(compared));
  });
