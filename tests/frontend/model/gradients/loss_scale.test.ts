import assert from 'node:assert/strict';
import { test } from 'node:test';
import { smallerRates } from '../../../../frontend/model/gradients/learning_rates.ts';
import { lossScale } from '../../../../frontend/model/gradients/loss_scale.ts';

const KINDS: Record<string, number[]> = {
  falling: Array.from({ length: 21 }, (_, k) => 12 * 0.5 ** k),
  flat: [3, 3, 3],
  'one number': [7],
  'down to nothing': [5, 1, 0],
  'nothing from the start': [0, 0],
  'a little': [1, 0.9, 0.8],
  'from very small': [1e-20, 1e-22],
  growing: [10, 40, 160],
  diverging: Array.from({ length: 12 }, (_, k) => 10 * 1000 ** k),
  'there and back': [10, 1e9, 1],
};

for (const [name, losses] of Object.entries(KINDS)) {
  test(`losses stand in order on the axis, and its marks where the losses they name stand: ${name}`, () => {
    const { place, marks } = lossScale(losses);
    const sorted = [...losses].sort((a, b) => a - b);
    const places = sorted.map(place);
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
    );
    assert.ok(places.every((at) => at >= 0 && Number.isFinite(at)));
    assert.ok(marks.length >= 2 && marks.length <= 5, String(marks.length));
    for (const { at, text } of marks) {
      assert.ok(at >= 0 && at <= 1 + 1e-9);
      const value = markValue(text);
      if (value > 0) assert.ok(Math.abs(place(value) - at) < 1e-9, text);
    }
    assert.equal(new Set(marks.map(({ text }) => text)).size, marks.length);
  });
}

/** What a mark says: `0.01`, `10⁻⁴` or `5e−21`. */
function markValue(text: string) {
  const plain = text.replace('−', '-');
  if (!/[⁰¹²³⁴-⁹]/.test(plain)) return Number(plain);
  const power = [...plain.slice(2)].map((c) => (c === '⁻' ? '-' : '⁰¹²³⁴⁵⁶⁷⁸⁹'.indexOf(c))).join('');
  return Number(`1e${power}`);
}

test('the curve leaves the plot where the loss is a thousand times what it was', () => {
  const { place } = lossScale(KINDS.diverging ?? []);
  assert.ok(place(10) === 0 && place(1e4) === 1 && place(1e7) > 1);
  assert.ok(lossScale(KINDS.growing ?? []).place(160) <= 1);
});

test('powers of ten where the losses are far apart, and plain numbers where not', () => {
  assert.ok(lossScale(KINDS.falling ?? []).isLog);
  assert.ok(!lossScale(KINDS['a little'] ?? []).isLog);
});

test('smaller rates go down in steps that are easy to read', () => {
  assert.deepEqual(smallerRates(0.5).slice(0, 4), [0.2, 0.1, 0.05, 0.02]);
  assert.deepEqual(smallerRates(0.03).slice(0, 3), [0.02, 0.01, 0.005]);
  assert.deepEqual(smallerRates(2).slice(0, 2), [1, 0.5]);
  assert.deepEqual(smallerRates(1e-7).slice(0, 2), [5e-8, 2e-8]);
  for (const rate of [3e9, 1, 0.7, 1e-12]) {
    const rates = smallerRates(rate);
    assert.equal(rates.length, 18);
    assert.ok(rates.every((each, k) => each < (rates[k - 1] ?? rate)));
  }
});
