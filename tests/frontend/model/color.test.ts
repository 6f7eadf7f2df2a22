import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Rgb } from '../../../frontend/model/color.ts';
import {
  colorIndex,
  colorScale,
  contrastOf,
  luminance,
  maxMagnitude,
  packPixel,
  tintPixel,
} from '../../../frontend/model/color.ts';
import { FAINT } from '../../../frontend/views/shared/grid.ts';

function parse(css: string): Rgb {
  if (css.startsWith('#')) return [1, 3, 5].map((at) => parseInt(css.slice(at, at + 2), 16)) as Rgb;
  return (css.match(/\d+/g) as RegExpMatchArray).map(Number) as Rgb;
}

for (const theme of ['light', 'dark'] as const) {
  test(`${theme}: text on every colour of the scale has a contrast of 4.5:1 at least`, () => {
    const { css, text, quietCss, quietText } = colorScale(theme);
    const page: Rgb = theme === 'light' ? [255, 255, 255] : [20, 22, 27];
    const faint = (color: string): Rgb => {
      const rgb = parse(color);
      const part = (k: 0 | 1 | 2) => Math.round(rgb[k] * FAINT + page[k] * (1 - FAINT));
      return [part(0), part(1), part(2)];
    };
    for (const [fills, texts] of [
      [css.map(parse), text],
      [quietCss.map(parse), quietText],
      [quietCss.map(faint), quietText],
    ] as const)
      fills.forEach((color, k) => {
        const contrast = contrastOf(color, parse(texts[k] ?? ''));
        assert.ok(contrast >= 4.5, `${color} on ${texts[k]}: ${contrast}`);
      });
  });

  test(`${theme}: a quiet number is grey wherever less than black or white can be read`, () => {
    const { quietCss, quietText } = colorScale(theme);
    quietCss.forEach((color, k) => {
      const [text, fill] = [parse(quietText[k] ?? ''), parse(color)];
      const full = contrastOf(fill, [0, 0, 0]) > contrastOf(fill, [255, 255, 255]) ? 0 : 255;
      // With some contrast to spare there is a grey that can be read.
      if (contrastOf(fill, [full, full, full]) > 6)
        assert.notDeepEqual(text, [full, full, full], `${color}: ${quietText[k]}`);
    });
  });

  test(`${theme}: the pixels of a heat map have the colours of the cells`, () => {
    const { css, pixels } = colorScale(theme);
    assert.deepEqual(
      [...pixels],
      css.map((color) => packPixel(parse(color))),
    );
  });

  test(`${theme}: lightness tells how far from zero, whatever the sign`, () => {
    const { css } = colorScale(theme);
    const light = css.map((color) => luminance(parse(color)));
    const middle = (css.length - 1) / 2;
    for (let k = 0; k < middle; k++) {
      const steps = [
        (light[middle + k + 1] ?? 0) - (light[middle + k] ?? 0),
        (light[middle - k - 1] ?? 0) - (light[middle - k] ?? 0),
      ];
      for (const step of steps)
        assert.ok(theme === 'light' ? step <= 0.004 : step >= -0.004, `${k}: ${steps}`);
    }
  });
}

test('zero is in the middle, the ends are ±max, and what lies beyond stays at the ends', () => {
  assert.deepEqual(
    [colorIndex(0, 5), colorIndex(5, 5), colorIndex(-5, 5), colorIndex(50, 5), colorIndex(1, 0)],
    [127, 254, 0, 254, 127],
  );
});

test('a tint grows with the value in its own channel', () => {
  assert.equal(tintPixel(0, 0), 0xff000000);
  assert.equal((tintPixel(1, 2) >>> 16) & 255, 255);
  assert.equal(tintPixel(1, 0) & 255, 255);
});

test('magnitude is that of the largest number of either sign', () => {
  assert.equal(maxMagnitude([1, -7, 3]), 7);
  assert.equal(maxMagnitude([]), 0);
});
