import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LayoutInput } from '../../../../frontend/model/scene_model.ts';
import { chooseCandidate, readableCellsOf } from '../../../../frontend/views/stage/candidates.ts';
import { wantedStageHeight } from '../../../../frontend/views/stage/wanted_height.ts';

const CHAPTER: LayoutInput = {
  plane: { rows: 3, cols: 3, top: 0, left: 0 },
  kernel: [2, 2],
  channels: 2,
  slices: 2,
  output: [2, 2],
  outChannels: 1,
  weighted: true,
  gathered: false,
  perChannel: false,
  biased: false,
  picture: false,
  chars: { input: 1, kernel: 1, product: 2, finerProduct: 2, output: 2, sum: 2 },
};
const LAYERS: Record<string, LayoutInput> = {
  chapter: CHAPTER,
  'a 7×7 volume': {
    ...CHAPTER,
    plane: { rows: 9, cols: 9, top: 1, left: 1 },
    kernel: [3, 3],
    channels: 3,
    slices: 3,
    output: [4, 4],
  },
  'eight channels': { ...CHAPTER, channels: 8, slices: 8 },
};

for (const [name, layer] of Object.entries(LAYERS))
  for (const width of [320, 480, 700, 900, 1300])
    test(`${name}, ${width} px wide: all numbers can be read, and nothing scrolls`, () => {
      const height = wantedStageHeight(layer, width);
      assert.ok(height >= 200 && height <= 680, `${height}`);
      const { cell, kernelCell, outputCell, overflow } = chooseCandidate(layer, width, height);
      const readable = readableCellsOf(layer);
      assert.equal(overflow, 0);
      assert.ok(kernelCell >= readable.kernel && outputCell >= readable.output);
      if (layer.channels < 8) assert.ok(cell >= readable.input);
    });
