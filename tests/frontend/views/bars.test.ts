import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Context2D } from '../../../frontend/views/shared/drawing.ts';
import { barScale, paintGhost } from '../../../frontend/views/signal/bars.ts';
import type { SignalFrame } from '../../../frontend/views/signal/frame.ts';

test('a zero of padding has no decimals, so that its box has room for it', () => {
  const written: string[] = [];
  const does: Record<string, unknown> = {
    fillText: (text: string) => written.push(text),
    measureText: () => ({ width: 8 }),
  };
  const context = new Proxy(does, { get: (known, name: string) => known[name] ?? (() => {}) });
  const frame = { colors: {}, layout: { cell: 40 } } as SignalFrame;
  const scale = barScale(
    { x: 0, y: 0, width: 40, height: 100 },
    { low: -1, high: 1 },
    {
      ...{ decimals: 2, readable: true, font: 12, chars: 4 },
    },
  );
  for (const value of [0, 0.5]) paintGhost(context as unknown as Context2D, frame, scale, 20, value);
  assert.deepEqual(written, ['0', '0.50']);
});
