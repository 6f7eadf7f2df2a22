import assert from 'node:assert/strict';
import { test } from 'node:test';
import { colorScale } from '../../../../frontend/model/color.ts';
import type { Clock } from '../../../../frontend/model/timeline.ts';
import { duration, positionAt } from '../../../../frontend/model/timeline.ts';
import type { Granularity } from '../../../../frontend/model/types.ts';
import type { StageFrame } from '../../../../frontend/views/stage/frame.ts';
import { paintWaterfall } from '../../../../frontend/views/stage/waterfall.ts';
import { makeRecordingContext } from '../../support/recording_context.ts';

const RECT = { x: 0, y: 0, width: 400, height: 30 };

/** The bars at a moment of one window; the output is the last running sum and the bias. */
function paintAt(clock: Clock, t: number, runningSums: number[], bias: number, theme = 'light') {
  const { rects, texts, context } = makeRecordingContext();
  const frame = {
    layout: { waterfall: RECT, spacing: { scale: 1 } },
    step: { runningSums, output: (runningSums.at(-1) ?? 0) + bias },
    position: positionAt(clock, t),
    inChannels: runningSums.map((_, c) => c),
    model: { subject: { biased: bias !== 0 } },
    ...{ theme, colors: {}, t: (key: string, values?: object) => key + JSON.stringify(values ?? '') },
  } as unknown as StageFrame;
  paintWaterfall(context, frame);
  return { bars: rects, text: texts.join() };
}

function clockOf(channels: number, taps: number, granularity: Granularity): Clock {
  return { outChannels: 1, windows: 1, width: 1, channels, taps, granularity };
}

test('the chart has a bar for each channel that the running sum counts at that moment', () => {
  const sums = [2, -1, 3];
  for (const [granularity, ticks] of [
    ['channel', 1],
    ['product', 4],
  ] as const) {
    const clock = clockOf(3, 4, granularity);
    for (let added = 1; added <= 3; added++) {
      const { bars, text } = paintAt(clock, added * ticks, sums, 0);
      assert.equal(bars.length, added, granularity);
      assert.match(text, new RegExp(`"count":${added},"channels":3`));
      assert.equal(paintAt(clock, added * ticks - 0.5, sums, 0).bars.length, added - 1);
    }
  }
});

test('the last bar is the bias, and ends at the output', () => {
  for (const granularity of ['channel', 'window'] as const) {
    const clock = clockOf(2, 4, granularity);
    const { bars } = paintAt(clock, duration(clock), [2, 4], -6);
    assert.equal(bars.length, 3);
    // From the highest sum, 4, down to the output, −2, which is the lowest.
    const { y = NaN, height = NaN } = bars.at(-1) ?? {};
    assert.deepEqual([y, y + height], [0, RECT.height]);
    assert.equal(paintAt(clock, duration(clock), [2, 4], 0).bars.length, 2);
  }
});

test('each bar has the solid colour of its sign, however small it is beside the sum', () => {
  const sums = Array.from({ length: 400 }, (_, c) => 30 + (c % 2) / 10);
  const clock = clockOf(400, 1, 'window');
  for (const theme of ['light', 'dark'] as const) {
    const { bars } = paintAt(clock, 1, sums, 0, theme);
    const colors = new Set(bars.map(({ color }) => color));
    assert.equal(colors.size, 2);
    const { css } = colorScale(theme);
    for (const color of colors) assert.ok(Math.abs(css.indexOf(color) - (css.length - 1) / 2) > 90);
  }
});
