import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LayoutInput } from '../../../../frontend/model/scene_model.ts';
import type { Rect } from '../../../../frontend/model/types.ts';
import { READABLE_CELL } from '../../../../frontend/views/shared/text_fit.ts';
import { makeLayout, rectInSlot } from '../../../../frontend/views/stage/layout.ts';

function subject(channels: number, size: number, kernel: number, outChannels: number, pad = 0): LayoutInput {
  const out = size + 2 * pad - kernel + 1;
  return {
    plane: { rows: size + 2 * pad, cols: size + 2 * pad, top: pad, left: pad },
    kernel: [kernel, kernel],
    channels,
    output: [out, out],
    outChannels,
    weighted: true,
    gathered: false,
    least: READABLE_CELL,
  };
}

const SUBJECTS = {
  chapter: subject(2, 3, 2, 1),
  filters: subject(2, 3, 2, 3),
  pointwise: subject(3, 3, 1, 2),
  volume: subject(3, 7, 3, 2, 1),
  photograph: subject(3, 128, 3, 4),
  deep: subject(64, 56, 3, 64, 1),
  large: subject(3, 1024, 7, 16, 3),
};

const SIZES = [
  [1216, 400],
  [1856, 760],
  [960, 320],
  [800, 300],
  [688, 500],
  [328, 420],
  [288, 420],
] as const;

for (const [name, shape] of Object.entries(SUBJECTS)) {
  for (const [width, height] of SIZES) {
    test(`${name} at ${width}×${height}: everything is inside, nothing overlaps`, () => {
      const at = makeLayout(shape, width, height);
      const parts = [
        at.input,
        at.kernel,
        at.products,
        at.sum,
        at.running,
        ...(at.loupe ? [at.loupeRect] : []),
      ];
      const rows = parts.flatMap((rect) => [
        rectInSlot(at, rect, 0),
        rectInSlot(at, rect, at.visibleRows - 1),
      ]);
      for (const rect of [...rows, at.output, rectInSlot(at, at.total, at.visibleRows - 1)]) {
        assert.ok(
          rect.x >= -0.5 && rect.x + rect.width <= width + 0.5,
          `${JSON.stringify(rect)} leaves ${width}`,
        );
        assert.ok(
          rect.y >= -0.5 && rect.y + rect.height <= at.height + 0.5,
          `${JSON.stringify(rect)} leaves ${at.height}`,
        );
        assert.ok(rect.width > 0 && rect.height > 0);
      }
      const row = [...parts, ...(at.narrow ? [] : [at.output])];
      for (const [i, a] of row.entries())
        for (const b of row.slice(i + 1)) assert.ok(!overlap(a, b), `${JSON.stringify([a, b])}`);
      assert.ok(at.visibleRows >= 1 && at.visibleRows <= shape.channels);
      assert.equal(at.bars !== null, at.visibleRows < shape.channels);
    });
  }
}

function overlap(a: Rect, b: Rect) {
  return (
    a.x + a.width > b.x + 0.5 &&
    b.x + b.width > a.x + 0.5 &&
    a.y + a.height > b.y + 0.5 &&
    b.y + b.height > a.y + 0.5
  );
}

test("the chapter's numbers can be read on a laptop and on a phone", () => {
  for (const [width, height] of [
    [1216, 380],
    [328, 420],
  ]) {
    const at = makeLayout(SUBJECTS.chapter, width ?? 0, height ?? 0);
    assert.ok(Math.min(at.cell, at.kernelCell, at.outputCell) >= READABLE_CELL);
    assert.equal(at.loupe, false);
  }
});

test('where input cells are too small for numbers, a loupe shows the window with them', () => {
  const at = makeLayout(SUBJECTS.photograph, 1216, 400);
  assert.ok(at.cell < READABLE_CELL && at.loupe && at.kernelCell >= READABLE_CELL);
});
