/**
 * What the panel describes -> what to ask of the API: an edit of the scene shown, or an upload where files or many
 * numbers travel. Only what differs from the scene is sent. Pure.
 *
 * @import {Layer} from './layer.js'
 * @import {Order} from './changes.js'
 * @import {Scene} from './state.js'
 * @import {Tensor} from './types.js'
 *
 * @typedef {'integers'|'normal'|'uniform'} Distribution
 * @typedef {{file: Blob|null, key: string, seed: number, distribution: Distribution, touched: boolean}} Source
 *   touched: the reader asked for these numbers since the last scene was made
 *
 * @typedef {{
 *   layer: Layer, flip: boolean, count_include_pad: boolean, dtype: string, bias: number[]|null,
 *   input: Source & {source: 'keep'|'ramp'|'random'|'sample'|'file', sample: string, picture: boolean},
 *   weight: Source & {source: 'keep'|'named'|'random'|'file', kernels: string[]},
 * }} Reading
 *
 * @typedef {Tensor|Blob|{random: object}|{sample: string, size: number[]}|{kernels: string[]}|{data: number[]}|null|undefined} Part
 *   null: there is none; undefined: that of the scene shown
 */

import { isPooling, weightShape } from './layer.js';
import { nested } from './paste.js';
import { isWhole } from './sketch.js';
import { npyBytes, ramp, resized, swapped } from './tensors.js';

/** Numbers that still travel as JSON. */
const MOST_NUMBERS = 50_000;

/** @param {Reading} reading @param {Scene} scene @returns {Order} */
export function order(reading, scene) {
  const parts = { input: inputPart(reading, scene), weight: weightPart(reading, scene), bias: biasPart(reading, scene) };
  const heavy = Object.values(parts).some((part) => part instanceof Blob || (isTensor(part) && part.data.length > MOST_NUMBERS));
  // An edit keeps the type: another one is a scene made anew.
  return heavy || reading.dtype !== scene.summary.dtype ? upload(reading, scene, parts) : edit(reading, scene, parts);
}

/** Whether an order needs numbers of the input that are on their way. @param {Reading} reading @param {Scene} scene */
export function waitsForInput({ layer, weight, dtype }, scene) {
  const resizes = !same(layer.input, scene.input.shape);
  const uploads = dtype !== scene.summary.dtype || weight.source === 'file' || (scene.weight?.data.length ?? 0) > MOST_NUMBERS;
  return !isWhole(scene.input) && (resizes || uploads);
}

/** Every field of the operation. @param {Reading} reading */
export function operation({ layer, flip, count_include_pad }) {
  const { kind, stride, padding, padding_mode, dilation, groups, output_padding, kernel, ceil_mode } = layer;
  if (kind === 'conv2d') return { kind, stride, padding, padding_mode, dilation, groups, flip };
  if (kind === 'conv_transpose2d') return { kind, stride, padding, output_padding, dilation, groups };
  const pool = { kind, kernel_size: kernel, stride, padding, dilation, ceil_mode };
  return kind === 'avg_pool2d' ? { ...pool, count_include_pad } : pool;
}

/** @param {Reading} reading @param {Scene} scene @returns {Part} */
function inputPart({ input, layer }, scene) {
  const resizedTo = !same(layer.input, scene.input.shape);
  const due = input.touched || resizedTo;
  switch (input.source) {
    case 'keep': return resizedTo ? resized(scene.input, layer.input) : undefined;
    case 'ramp': return due ? ramp(layer.input) : undefined;
    case 'random': return due ? { random: random(input, layer.input) } : undefined;
    case 'sample': return due ? { sample: input.sample, size: layer.input.slice(1) } : undefined;
    case 'file': return due ? (input.file ?? undefined) : undefined;
  }
}

/** @param {Reading} reading @param {Scene} scene @returns {Part} */
function weightPart({ weight, layer }, scene) {
  const shape = weightShape(layer);
  if (!shape) return scene.weight ? null : undefined;
  const resizedTo = !scene.weight || !same(shape, scene.weight.shape);
  const due = weight.touched || resizedTo;
  switch (weight.source) {
    case 'keep': return resizedTo ? refitted(scene, layer, shape) : undefined;
    case 'named': return due ? { kernels: weight.kernels } : undefined;
    case 'random': return due ? { random: random(weight, shape) } : undefined;
    case 'file': return due ? (weight.file ?? undefined) : undefined;
  }
}

/** The kernel in another shape; where there was none, small numbers in a row. @param {Scene} scene @param {Layer} layer @param {number[]} shape @returns {Tensor} */
function refitted({ weight, summary }, { kind }, shape) {
  if (!weight) {
    const [outer = 1, inner = 1, height = 1, width = 1] = shape;
    return { shape, data: ramp([outer * inner, height, width]).data };
  }
  const turned = (summary.operation.kind === 'conv_transpose2d') !== (kind === 'conv_transpose2d');
  return resized(turned ? swapped(weight) : weight, shape);
}

/** @param {Reading} reading @param {Scene} scene @returns {Part} */
function biasPart({ bias, layer }, scene) {
  const wanted = isPooling(layer.kind) ? null : bias;
  if (!wanted) return scene.bias ? null : undefined;
  return scene.bias && same(wanted, [...scene.bias.data]) ? undefined : { data: wanted };
}

/** @param {Source} source @param {number[]} shape */
function random({ seed, distribution }, shape) {
  return { shape, seed, distribution };
}

/** @param {Reading} reading @param {Scene} scene @param {Record<string, Part>} parts @returns {Order} */
function edit(reading, scene, parts) {
  const { summary, input, weight, bias } = scene;
  const sent = Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined).map(([name, part]) => [name, inJson(part)]));
  const changed = Object.fromEntries(Object.keys(sent).map((name) => [name, undefined]));
  return {
    path: `/scenes/${summary.id}/edits`,
    body: { operation: operation(reading), ...sent },
    known: { input, weight, bias, ...changed },
  };
}

/** @param {Reading} reading @param {Scene} scene @param {Record<string, Part>} parts @returns {Order} */
function upload(reading, scene, parts) {
  const form = new FormData();
  const described = { operation: operation(reading), dtype: reading.dtype };
  for (const name of /** @type {const} */ (['input', 'weight', 'bias'])) {
    const part = parts[name] === undefined ? scene[name] : parts[name];
    if (part instanceof Blob) form.set(name, part, 'file');
    else if (isTensor(part)) form.set(name, new Blob([npyBytes(part)]), 'file');
    else if (part) Object.assign(described, { [name]: part });
  }
  form.set('scene', JSON.stringify(described));
  return { path: `/scenes${queryOf(reading, parts)}`, body: form, known: {} };
}

/** @param {Reading} reading @param {Record<string, Part>} parts */
function queryOf({ layer, input, weight }, parts) {
  const query = new URLSearchParams();
  if (parts.input instanceof Blob && input.key) query.set('input_key', input.key);
  if (parts.input instanceof Blob && input.picture) query.set('size', layer.input.slice(1).join());
  if (parts.weight instanceof Blob && weight.key) query.set('weight_key', weight.key);
  return query.size > 0 ? `?${query}` : '';
}

/** @param {Part} part */
function inJson(part) {
  return isTensor(part) ? { data: nested(part.shape, part.data) } : part;
}

/** @param {Part} part @returns {part is Tensor} */
function isTensor(part) {
  return part !== null && part !== undefined && 'shape' in part && 'data' in part;
}

/** @param {number[]} a @param {number[]} b */
function same(a, b) {
  return a.length === b.length && a.every((value, k) => value === b[k]);
}
