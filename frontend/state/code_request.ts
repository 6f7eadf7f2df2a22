/**
 * A layer read from code -> what to ask of the API: an edit that keeps of the scene what still fits. Pure.
 */

import type { FittingLayer, ParsedLayer } from '../model/types.ts';
import type { SceneRequest } from './edit_session.ts';
import type { Scene } from './scene.ts';

/** Each tensor has numbers of its own. */
const [INPUT_SEED, WEIGHT_SEED, BIAS_SEED] = [0, 1, 2];

export function makeCodeRequest(parsed: ParsedLayer, scene: Scene): SceneRequest {
  const path = `/scenes/${scene.summary.id}/edits`;
  const { operation, weight_shape: shape } = parsed;
  if (operation.kind.endsWith('pool2d')) return { path, body: { operation, weight: null, bias: null } };
  if (!shape) return { path, body: { operation } };
  const { input, weight, bias } = scene.summary.shapes;
  const known = weight?.join() === shape.join();
  return {
    path,
    body: {
      operation,
      ...(input[0] !== parsed.in_channels && {
        input: random([parsed.in_channels ?? 1, input[1], input[2]], INPUT_SEED),
      }),
      ...(!known && { weight: random(shape, WEIGHT_SEED) }),
      ...biasOf(parsed, bias?.[0]),
    },
  };
}

/** A layer of these shapes, of random numbers. */
export function makeFittingRequest({ operation, input_shape, weight_shape }: FittingLayer): SceneRequest {
  return {
    path: '/scenes',
    body: {
      operation,
      input: random(input_shape, INPUT_SEED),
      ...(weight_shape && { weight: random(weight_shape, WEIGHT_SEED) }),
      bias: null,
    },
  };
}

/** length: of the scene's bias. */
function biasOf({ bias, out_channels }: ParsedLayer, length: number | undefined) {
  if (bias === false) return { bias: null };
  return bias && length !== out_channels ? { bias: random([out_channels ?? 1], BIAS_SEED) } : {};
}

function random(shape: number[], seed: number) {
  return { random: { shape, seed, distribution: 'normal' } };
}

/**
 * Where a place that counts code points lies in a text, in JavaScript's own units: [start, end]. place: lines
 * and columns from 1.
 */
export function textRangeOf(
  text: string,
  { line = 1, column = 1, end_column = column }: { line?: number; column?: number; end_column?: number },
): [number, number] {
  const lines = text.split('\n');
  const before = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  const points = [...(lines[line - 1] ?? '')];
  const units = (count: number) => points.slice(0, Math.max(count, 0)).join('').length;
  return [before + units(column - 1), before + units(end_column - 1)];
}
