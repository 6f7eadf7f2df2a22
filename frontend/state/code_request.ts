/**
 * A layer read from code -> what to ask of the API: an edit that keeps of the scene what still fits. Pure.
 */

import type { OperationFields } from '../model/layer_validation.ts';
import type { Dimensions, FittingLayer, ParsedLayer } from '../model/types.ts';
import type { SceneRequest } from './edit_session.ts';
import type { Scene } from './scene.ts';

/** Each tensor has numbers of its own. */
const [INPUT_SEED, WEIGHT_SEED, BIAS_SEED] = [0, 1, 2];

/** size: of an input of random numbers, in place of the scene's. */
export function makeCodeRequest(parsed: ParsedLayer, scene: Scene, size?: [number, number]): SceneRequest {
  const { operation, dimensions, weight_shape: shape } = parsed;
  const request = { path: `/scenes/${scene.summary.id}/edits`, begins: true, dimensions };
  const { input, weight, bias } = scene.summary.shapes;
  // Of a scene with other dimensions no tensor fits.
  const turned = dimensions !== scene.summary.dimensions;
  const sizes = size ?? (turned ? sizesIn(dimensions, input[2]) : [input[1], input[2]]);
  const fresh = { input: random([input[0], ...sizes], INPUT_SEED) };
  const given = size || turned ? fresh : {};
  if (operation.kind.endsWith('pool2d'))
    return { ...request, body: { operation, weight: null, bias: null, ...given } };
  if (!shape) {
    const kernel = turned && weight ? { weight: random(kernelIn(dimensions, weight), WEIGHT_SEED) } : {};
    return { ...request, body: { operation, ...given, ...kernel } };
  }
  const known = !turned && weight?.join() === shape.join();
  return {
    ...request,
    body: {
      operation,
      ...((size || turned || input[0] !== parsed.in_channels) && {
        input: random([parsed.in_channels ?? 1, ...sizes], INPUT_SEED),
      }),
      ...(!known && { weight: random(shape, WEIGHT_SEED) }),
      ...biasOf(parsed, bias?.[0]),
    },
  };
}

/** Cells of a plane, or of a signal, in place of one of other dimensions. */
const [SMALL_PLANE, SHORT_SIGNAL] = [8, 12];

/** Height and width of an input in place of one of other dimensions. */
function sizesIn(dimensions: Dimensions, width: number): [number, number] {
  if (dimensions === 1) return [1, Math.max(width, SHORT_SIGNAL)];
  return [Math.min(width, SMALL_PLANE), Math.min(width, SMALL_PLANE)];
}

/** A kernel as wide as that of a layer of other dimensions. */
function kernelIn(dimensions: Dimensions, [first, second, , width]: number[]) {
  return [first ?? 1, second ?? 1, dimensions === 1 ? 1 : (width ?? 1), width ?? 1];
}

/** Windows beside one another that an input of the layer's own size has. */
const WINDOWS = 3;

/** Height and width of an input over which a layer's window can slide. */
export function fittingSize(parsed: ParsedLayer, scene: Scene): [number, number] {
  const { operation, dimensions, weight_shape: shape } = parsed;
  const { dilation, stride, kernel_size: size }: Partial<OperationFields> = operation;
  const { weight } = scene.summary.shapes;
  const kernel = shape?.slice(2) ?? size ?? weight?.slice(2) ?? [];
  const along = (axis: 0 | 1) =>
    (dilation?.[axis] ?? 1) * ((kernel[axis] ?? 1) - 1) + 1 + (WINDOWS - 1) * (stride?.[axis] ?? 1);
  return [dimensions === 1 ? 1 : along(0), along(1)];
}

/** A layer of these shapes, of random numbers. */
export function makeFittingRequest(layer: FittingLayer): SceneRequest {
  const { operation, dimensions, input_shape, weight_shape } = layer;
  return {
    path: '/scenes',
    begins: true,
    dimensions,
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
