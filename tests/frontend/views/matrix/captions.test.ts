/** The kernel as the captions of the matrix product write it is the kernel that is drawn. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeCaptions as makeGradientCaptions } from '../../../../frontend/views/gradient/captions.ts';
import { makeCaptions } from '../../../../frontend/views/matrix/captions.ts';
import { makeProduct, weightIndexOf } from '../../../../frontend/views/matrix/product.ts';
import { CASES, makeForward, nameOf } from '../../support/gradient_layers.ts';

/** The places in a weight, of the shape (a, b, ...kernel), in the order in which torch's expression has them. */
function evaluate(expression: string, [a = 0, b = 0, ...kernel]: number[]): number[] {
  const read = /^d?K(?:\[(\d+):(\d+)\])?(\.transpose\(0, 1\))?$/.exec(expression);
  assert.ok(read, expression);
  const [first, end] = read[1] ? [Number(read[1]), Number(read[2])] : [0, a];
  const size = kernel.reduce((product, length) => product * length, 1);
  const range = (start: number, stop: number) => Array.from({ length: stop - start }, (_, k) => start + k);
  const slices = read[3]
    ? range(0, b).flatMap((o) => range(first, end).map((c) => c * b + o))
    : range(first, end).flatMap((o) => range(0, b).map((c) => o * b + c));
  return slices.flatMap((slice) => range(slice * size, (slice + 1) * size));
}

const CHOICE = { view: 'matrix', transposed: false, reading: 'gather' } as const;

for (const layer of CASES)
  test(`captions say which part of the weight is drawn: ${nameOf(layer)}`, () => {
    const model = makeForward(layer);
    const { shapes } = model.summary;
    for (let outChannel = 0; outChannel < shapes.output[0]; outChannel++) {
      const product = makeProduct(model, outChannel);
      const { outputs, depth, inputs } = product;
      const indexOf = weightIndexOf(model, product);
      const drawn = outputs.flatMap((_, r) => Array.from({ length: depth }, (__, k) => indexOf(r, k)));
      const pair = outChannel * inputs.length;
      const weightChoice = { ...CHOICE, direction: 'weight', outChannel: pair } as const;
      const captions = [makeCaptions(model, { outChannel })[0], makeGradientCaptions(model, weightChoice)[0]];
      for (const [key, values] of captions.flatMap((caption) => (caption ? [caption] : []))) {
        assert.match(key, /^matrix\.caption$|^gradient\.matrix\.caption\.weight$/);
        assert.deepEqual([values.rows, values.depth], [outputs.length, depth]);
        assert.deepEqual(evaluate(String(values.kernel), shapes.weight ?? []), drawn);
      }
    }
  });
