/**
 * What the panel describes -> what to ask of the API: an edit of the scene shown, or an upload where files or
 * many numbers travel. Only what differs from the scene is sent. Pure.
 */

import { encodeNpy } from '../data/npy.ts';
import { ownShape } from '../model/dimensions.ts';
import type { Layer } from '../model/layer_validation.ts';
import { isPooling, outputSizes, weightShape } from '../model/layer_validation.ts';
import { hasAllNumbers, nestArray } from '../model/numbers.ts';
import { lowerOperation, lowerSource } from '../model/one_dimension.ts';
import { makeRamp, repeatChannels, resizeTensor, swapChannels } from '../model/tensors.ts';
import type { LayerShape, Tensor } from '../model/types.ts';
import type { SceneRequest } from './edit_session.ts';
import type { Scene } from './scene.ts';

export type Distribution = 'integers' | 'normal' | 'uniform';

interface TensorSource {
  file: Blob | null;
  /** Why the file that was chosen cannot be read; empty: nothing is wrong. */
  problem: string;
  seed: number;
  distribution: Distribution;
  /** The reader asked for these numbers since the last scene was made. */
  touched: boolean;
}

export interface PanelValues {
  layer: Layer;
  /** The fields that the layer's kind of operation has. */
  operation: object;
  dtype: string;
  bias: number[] | null;
  /** In its place a tensor that came with the weight. */
  biasFile: Blob | null;
  input: TensorSource & {
    source: 'keep' | 'ramp' | 'random' | 'sample' | 'file';
    sample: string;
    picture: boolean;
    /** Other channels are those there are, cut or repeated, and not fresh numbers. */
    repeats: boolean;
  };
  weight: TensorSource & { source: 'keep' | 'named' | 'random' | 'file'; kernels: string[] };
}

/** null: there is none; undefined: that of the scene shown. */
type TensorPart =
  | Tensor
  | Blob
  | { random: object }
  | { sample: string; size: number[] }
  | { kernels: string[] }
  | { data: number[] }
  | null
  | undefined;

/** Fresh numbers of the input and of the kernel differ. */
const [INPUT_SEED, WEIGHT_SEED] = [0, 1];

/** Numbers that still travel as JSON. */
const MOST_NUMBERS = 50_000;

export function makeSceneRequest(reading: PanelValues, scene: Scene): SceneRequest {
  const parts = {
    input: inputPart(reading, scene),
    weight: weightPart(reading, scene),
    bias: biasPart(reading, scene),
  };
  const heavy = Object.values(parts).some(
    (part) => part instanceof Blob || (isTensor(part) && part.data.length > MOST_NUMBERS),
  );
  // An edit keeps the type: another one is a scene made anew.
  return heavy || reading.dtype !== scene.summary.dtype
    ? upload(reading, scene, parts)
    : edit(reading, scene, parts);
}

/** Whether an order needs numbers of the input that are on their way. */
export function needsWholeInput({ layer, weight, dtype }: PanelValues, scene: Scene) {
  const resizes = !same(layer.input, scene.input.shape);
  const uploads =
    dtype !== scene.summary.dtype ||
    weight.source === 'file' ||
    (scene.weight?.data.length ?? 0) > MOST_NUMBERS;
  return !hasAllNumbers(scene.input) && (resizes || uploads);
}

function inputPart({ input, layer }: PanelValues, scene: Scene): TensorPart {
  const resizedTo = !same(layer.input, scene.input.shape) || isTurned(layer, scene);
  const due = input.touched || resizedTo;
  switch (input.source) {
    case 'keep':
      if (!resizedTo) return undefined;
      return input.repeats
        ? repeatChannels(scene.input, layer.input)
        : resizeTensor(scene.input, layer.input, INPUT_SEED);
    case 'ramp':
      return due ? makeRamp(layer.input) : undefined;
    case 'random':
      return due ? { random: random(input, layer.input) } : undefined;
    case 'sample':
      return due ? { sample: input.sample, size: layer.input.slice(1) } : undefined;
    case 'file':
      return due ? (input.file ?? undefined) : undefined;
  }
}

/** Whether the layer has other dimensions than the scene, so that none of its tensors fits. */
function isTurned({ dimensions }: Layer, { summary }: Scene) {
  return dimensions !== summary.dimensions;
}

function weightPart({ weight, layer }: PanelValues, scene: Scene): TensorPart {
  const shape = weightShape(layer);
  if (!shape) return scene.weight ? null : undefined;
  const resizedTo = !scene.weight || !same(shape, scene.weight.shape) || isTurned(layer, scene);
  const due = weight.touched || resizedTo;
  switch (weight.source) {
    case 'keep':
      return resizedTo ? refitWeight(scene, layer, shape) : undefined;
    case 'named':
      return due ? { kernels: weight.kernels } : undefined;
    case 'random':
      return due ? { random: random(weight, shape) } : undefined;
    case 'file':
      return due ? (weight.file ?? undefined) : undefined;
  }
}

/** The kernel in another shape; where there was none, small numbers in a row. */
function refitWeight({ weight, summary }: Scene, { kind }: Layer, shape: number[]): Tensor {
  if (!weight) {
    const [outer = 1, inner = 1, height = 1, width = 1] = shape;
    return { shape, data: makeRamp([outer * inner, height, width]).data };
  }
  const turned = (summary.operation.kind === 'conv_transpose2d') !== (kind === 'conv_transpose2d');
  return resizeTensor(turned ? swapChannels(weight) : weight, shape, WEIGHT_SEED);
}

function biasPart(reading: PanelValues, scene: Scene): TensorPart {
  const { bias, layer } = reading;
  const wanted = isPooling(layer.kind) ? null : bias;
  if (reading.biasFile && !isPooling(layer.kind)) return reading.biasFile;
  if (!wanted) return scene.bias ? null : undefined;
  return scene.bias && same(wanted, [...scene.bias.data]) ? undefined : { data: wanted };
}

function random({ seed, distribution }: TensorSource, shape: number[]) {
  return { shape, seed, distribution };
}

function edit(reading: PanelValues, scene: Scene, parts: Record<string, TensorPart>): SceneRequest {
  const replaced = Object.entries(parts)
    .filter(([, part]) => part !== undefined)
    .map(([name, part]) => [name, inJson(part)]);
  return {
    path: `/scenes/${scene.summary.id}/edits`,
    dimensions: reading.layer.dimensions,
    body: { operation: reading.operation, ...Object.fromEntries(replaced) },
    layer: layerShape(reading.layer),
  };
}

/** What the server will make of the panel's layer. */
function layerShape(layer: Layer): LayerShape {
  const [height = 1, width = 1] = outputSizes(layer).map(({ value }) => value);
  const output: LayerShape['shapes']['output'] = [layer.outputs, height, width];
  return {
    dimensions: layer.dimensions,
    operation: layer,
    shapes: { input: layer.input, weight: weightShape(layer), bias: null, output },
  };
}

function upload(reading: PanelValues, scene: Scene, parts: Record<string, TensorPart>): SceneRequest {
  const form = new FormData();
  const { dimensions } = reading.layer;
  const operation = lowerOperation(reading.operation, dimensions);
  const described = { operation, dtype: reading.dtype };
  for (const name of ['input', 'weight', 'bias'] as const) {
    const part = parts[name] === undefined ? scene[name] : parts[name];
    if (part instanceof Blob) form.set(name, part, 'file');
    else if (isTensor(part)) {
      const own = { ...part, shape: ownShape(dimensions, part.shape) };
      form.set(name, new Blob([encodeNpy(own)]), 'file');
    } else if (part) Object.assign(described, { [name]: lowerSource(part, dimensions) });
  }
  form.set('scene', JSON.stringify(described));
  // What a file holds shows when it is read.
  const layer = Object.values(parts).some((part) => part instanceof Blob)
    ? undefined
    : layerShape(reading.layer);
  return { path: `/scenes${queryOf(reading, parts)}`, body: form, layer, replaced: parts };
}

function queryOf({ layer, input }: PanelValues, parts: Record<string, TensorPart>) {
  return parts.input instanceof Blob && input.picture ? `?size=${layer.input.slice(1).join()}` : '';
}

function inJson(part: TensorPart) {
  return isTensor(part) ? { data: nestArray(part.shape, part.data) } : part;
}

function isTensor(part: TensorPart): part is Tensor {
  return part !== null && part !== undefined && 'shape' in part && 'data' in part;
}

function same(a: number[], b: number[]) {
  return a.length === b.length && a.every((value, k) => value === b[k]);
}
