/** Makes the model of a scene. */

import { availableNumbers, isPicture } from '../../data/input_preview.ts';
import { maxMagnitude } from '../../model/color.ts';
import {
  findIdleLines,
  findSources,
  invertTapTable,
  kernelSize,
  makePlane,
  windowAt,
} from '../../model/geometry.ts';
import { decimalsFor, hasAllNumbers, LEAST_DIGITS } from '../../model/numbers.ts';
import type { SceneModel } from '../../model/scene_model.ts';
import type { NumberArray, Tensor } from '../../model/types.ts';
import type { Scene } from '../../state/scene.ts';
import { longestNumber, longestText, SMALL_NUMBER } from './text_fit.ts';

export function makeSceneModel(
  { summary, taps, input, weight, bias }: Pick<Scene, 'summary' | 'taps' | 'input' | 'weight' | 'bias'>,
  windowOf = (row: number, col: number) => windowAt(summary, taps, row, col),
): SceneModel {
  const { shapes } = summary;
  const cells = makePlane(summary);
  const [channels] = shapes.input;
  const numbers = availableNumbers(input);
  const [inputLow, inputMax] = input.range ?? [lowestValue(numbers), maxMagnitude(numbers)];
  const [outChannels, height, width] = shapes.output;
  const rowSources = findSources(taps.rows, (i) => windowOf(i, 0).rows, cells.rows);
  const colSources = findSources(taps.cols, (j) => windowOf(0, j).cols, cells.cols);
  return {
    // What is painted of a sketch is kept under another name.
    summary: hasAllNumbers(input) ? summary : { ...summary, id: `${summary.id}~` },
    taps,
    plane: cells,
    input,
    weight,
    bias: bias ? [...bias.data] : [],
    subject: {
      plane: cells,
      kernel: kernelSize(summary),
      channels,
      slices: channels / (summary.operation.groups ?? 1),
      output: [height, width],
      outChannels,
      weighted: weight !== null,
      gathered: summary.operation.kind === 'conv_transpose2d',
      perChannel: weight === null || (shapes.weight?.[1] === 1 && (summary.operation.groups ?? 1) > 1),
      biased: bias !== null,
      picture: isPicture(input),
      chars: countChars(input, weight, kernelSize(summary), channels),
    },
    inputMax,
    inputLow,
    weightMax: weight ? maxMagnitude(weight.data) : 0,
    weightLow: weight ? lowestValue(weight.data) : 0,
    rowSources,
    colSources,
    inverseRows: invertTapTable(taps.rows, shapes.input[1]),
    inverseCols: invertTapTable(taps.cols, shapes.input[2]),
    idleRows: findIdleLines(summary.idle_rows, cells.top, shapes.input[1], rowSources),
    idleCols: findIdleLines(summary.idle_cols, cells.left, shapes.input[2], colSources),
    windowOf,
    names: null,
    spread: [1, 1],
  };
}

/** Counts the characters of the longest numbers; of products, outputs and sums an estimate. */
function countChars(input: Tensor, weight: Tensor | null, [kH, kW]: [number, number], channels: number) {
  const [x, w] = [availableNumbers(input), weight?.data ?? []];
  const decimals = fewestDecimals(x);
  const weightDecimals = fewestDecimals(w);
  const product = maxMagnitude(x) * (weight ? maxMagnitude(w) : 1);
  const signed = lowestValue(x) < 0 || lowestValue(w) < 0;
  const spread = weight ? Math.sqrt(kH * kW * channels) : 1;
  const both = Math.max(decimals, weightDecimals);
  const length = (size: number, least = both) => longestText([size, signed ? -size : 0], least);
  return {
    input: longestNumber(x, decimalsFor(x, LEAST_DIGITS), SMALL_NUMBER),
    kernel: longestNumber(w, decimalsFor(w, LEAST_DIGITS), SMALL_NUMBER),
    product: length(product),
    finerProduct: length(product, both === 0 || product >= 10 ? both : Math.max(both, 2)),
    output: length(product * spread),
    sum: length(product * spread, decimalsFor([product * spread], 4)),
  };
}

/** One decimal for fractions, two where all are below one. */
function fewestDecimals(values: NumberArray | never[]) {
  return Math.min(decimalsFor(values, 3), maxMagnitude(values) < 1 ? 2 : 1);
}

function lowestValue(data: NumberArray | never[]) {
  let least = 0;
  for (const value of data) if (value < least) least = value;
  return least;
}
