import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LruCache } from '../../../../frontend/data/lru_cache.ts';
import type { Context2D } from '../../../../frontend/views/shared/drawing.ts';
import { makeSceneModel } from '../../../../frontend/views/shared/scene_model.ts';
import { makeFrame } from '../../../../frontend/views/stage/frame.ts';
import { paintStatic } from '../../../../frontend/views/stage/static.ts';
import { makeScene, makeSummary, makeTapLines } from '../../support/builders.ts';
import { makeFrameRequest } from '../../support/frames.ts';

/** Takes every call; remembers each text with the pen's strength. */
function makeRecorder() {
  const texts: { text: string; alpha: number }[] = [];
  const state: Record<string | symbol, unknown> = { globalAlpha: 1 };
  const context = new Proxy(state, {
    get: (_, name) => {
      if (name === 'fillText')
        return (text: string) => texts.push({ text, alpha: Number(state.globalAlpha) });
      if (name === 'measureText') return () => ({ width: 0 });
      return name in state ? state[name] : () => undefined;
    },
  });
  return { context: context as unknown as Context2D, texts };
}

/** Four channels in two groups; the cells are 11, 12, … so that they are told from names. */
function makeGroups() {
  const summary = makeSummary(
    { groups: 2 },
    { input: [4, 2, 2], weight: [2, 2, 2, 2], bias: null, output: [2, 1, 1] },
  );
  const lines = makeTapLines({ count: 1, kernel: 2, size: 2 });
  const data = Float32Array.from({ length: 16 }, (_, k) => 11 + k);
  const input = { shape: [4, 2, 2], data };
  return makeSceneModel(makeScene(summary, { input }, { rows: lines, cols: lines }));
}

for (const [width, height] of [
  [900, 620],
  [1800, 900],
] as const)
  test(`no number or name is painted with a weak pen, ${width} × ${height}`, () => {
    const { context, texts } = makeRecorder();
    const frame = makeFrame(makeFrameRequest(makeGroups(), 'stage', { width, height }), null);
    paintStatic(context, frame, new LruCache(1));
    assert.ok(texts.some(({ text }) => text === '11'));
    assert.deepEqual(
      texts.filter(({ alpha }) => alpha < 1),
      [],
    );
  });

test('whichever group is read, its kernel and its products are named', () => {
  const families = new Set<string>();
  for (const outChannel of [0, 1])
    for (const [width, height] of [
      [900, 620],
      [1302, 608],
      [1845, 968],
    ] as const) {
      const { context, texts } = makeRecorder();
      const request = makeFrameRequest(makeGroups(), 'stage', { width, height });
      const frame = makeFrame({ ...request, position: { ...request.position, outChannel } }, null);
      paintStatic(context, frame, new LruCache(1));
      families.add(frame.layout.family);
      for (const name of ['stage.kernelOf', 'stage.products'])
        assert.ok(
          texts.some(({ text }) => text === name),
          `${name}, ${frame.layout.family}, Y[${outChannel}]`,
        );
    }
  assert.ok(families.has('columns'));
});
