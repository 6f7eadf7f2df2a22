import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTypedValue } from '../../../../frontend/model/faults/typed_value.ts';

/** What holds one number where programs print it. */
const HOLDERS: ((number: string) => string)[] = [
  (number) => number,
  (number) => ` ${number} `,
  (number) => `[${number}]`,
  (number) => `[[[[${number}]]]]`,
  (number) => `(${number},)`,
  (number) => `tensor(${number})`,
  (number) => `tensor([[${number}]], grad_fn=<ConvolutionBackward0>)`,
  (number) => `tensor(${number}, device='cuda:0', dtype=torch.float16, grad_fn=<AddBackward0>)`,
  (number) => `np.float32(${number})`,
  (number) => `array([[${number}]], dtype=float32)`,
  (number) => `torch.tensor([${number}])`,
];

const NUMBERS: [string, number][] = [
  ['0.1234', 0.1234],
  ['-3.', -3],
  ['\u22121.5', -1.5],
  ['1.2e-3', 0.0012],
  ['1_000.5', 1000.5],
  ['nan', NaN],
  ['NaN', NaN],
  ['inf', Infinity],
  ['-inf', -Infinity],
];

test('a number is read from whatever prints it', () => {
  for (const [number, value] of NUMBERS)
    for (const hold of HOLDERS) assert.deepEqual(readTypedValue(hold(number))?.value, value, hold(number));
});

test('marks between thousands, and a decimal comma, are read', () => {
  for (const [text, value] of [
    ['12,345.5', 12345.5],
    ['1 234 567', 1234567],
    ["-1'234.25", -1234.25],
    ['1,234', 1234],
    ['0,123', 0.123],
    ['3,14', 3.14],
  ] as const)
    assert.equal(readTypedValue(text)?.value, value, text);
});

test('how far a number is rounded is seen in its own digits, not in what holds it', () => {
  for (const hold of HOLDERS) {
    const { tolerance } = readTypedValue(hold('0.12')) ?? {};
    assert.equal(tolerance, 0.501 / 100, hold('0.12'));
  }
});

test('what is no single number is none', () => {
  for (const text of ['', '1, 2', '[1, 2]', 'tensor([1., 2.])', 'relu', 'tensor()', '1.2.3', '[', '12,34,5'])
    assert.equal(readTypedValue(text), null, text);
});
