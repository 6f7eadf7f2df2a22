/** The tensor that is shown of the open node, as planes: an edge's channels, or a parameter's kernels. */

import { maxMagnitude } from '../model/color.ts';
import type { Planes } from '../model/network.ts';
import { planesOf } from '../model/network.ts';
import type { NetworkState } from './network.ts';
import type { PlaneTensor, SheetTensor, Wanted } from './network_tensors.ts';

export interface ShownTensor {
  name: string;
  kind: 'edge' | 'parameter';
  /** As it is, with the batch of an edge. */
  shape: readonly number[];
  planes: Planes;
  sheet: SheetTensor;
  /** null: on its way. */
  plane: PlaneTensor | null;
  /** Single numbers, shown as one plane. */
  isVector: boolean;
}

/** Numbers of parameters of a node from which on these are not loaded. */
const MOST_PARAMETERS = 2 ** 21;

/** Names of the tensors of the open node that can be shown. */
export function tensorNames(state: NetworkState) {
  const node = state.openNode;
  const { edges } = state.graph.value;
  if (!node) return { outputs: [], inputs: [], parameters: [] };
  const read = [...new Set(node.inputs.filter(Boolean))];
  return {
    outputs: node.outputs.map(({ name }) => name).filter(Boolean),
    inputs: read.filter((name) => edges.has(name)),
    parameters: node.parameters <= MOST_PARAMETERS ? read.filter((name) => !edges.has(name)) : [],
  };
}

/** What is to be loaded for it. */
export function wantedForShown(state: NetworkState): Wanted[] {
  const name = state.shownTensor;
  if (name === null) return [];
  const edge = state.graph.value.edges.get(name)?.edge;
  if (!edge) return [{ edge: name, shape: [] }];
  if (!edge.shape || !planesOf(edge.shape)) return [];
  const whole = { edge: name, shape: edge.shape };
  const sheet = state.tensors.sheet(state.id, whole);
  const needsPlane = sheet && sheet !== 'failed' && sheet.every > 1;
  return needsPlane ? [whole, { ...whole, channel: state.channel.value }] : [whole];
}

/** The input that the cell that is followed depends on. */
export function wantedForFollowed(state: NetworkState): Wanted[] {
  const followed = state.followed.value;
  const shape = followed ? state.graph.value.edges.get(followed.input)?.edge.shape : null;
  return followed && shape ? [{ edge: followed.input, shape }] : [];
}

/** null: on its way; 'failed': not there, or of a type or rank that is not drawn. */
export function shownTensor(state: NetworkState): ShownTensor | 'failed' | null {
  const name = state.shownTensor;
  if (name === null) return 'failed';
  const edge = state.graph.value.edges.get(name)?.edge;
  return edge ? shownEdge(state, name, edge.shape ?? null) : shownParameter(state, name);
}

function shownEdge(state: NetworkState, name: string, shape: readonly number[] | null) {
  const planes = planesOf(shape);
  if (!shape || !planes) return 'failed';
  const wanted = { edge: name, shape };
  const sheet = state.tensors.sheet(state.id, wanted, state.subtracted);
  if (!sheet || sheet === 'failed') return sheet;
  const channel = Math.min(state.channel.value, planes.channels - 1);
  const plane = sheet.every > 1 ? loadedPlane(state, { ...wanted, channel }) : planeOfSheet(sheet, channel);
  return { name, kind: 'edge', shape, planes, sheet, plane, isVector: isVector(planes) } as const;
}

function loadedPlane(state: NetworkState, wanted: Wanted): PlaneTensor | null {
  const found = state.tensors.plane(state.id, wanted, state.subtracted);
  return found === 'failed' ? null : found;
}

function shownParameter(state: NetworkState, name: string): ShownTensor | 'failed' | null {
  const found = state.tensors.whole(state.id, name);
  if (!found || found === 'failed') return found;
  const planes = parameterPlanes(found.shape);
  if (!planes) return 'failed';
  const sheet = { planes, ...planes, every: 1, data: found.data, max: maxMagnitude(found.data) };
  const channel = Math.min(state.channel.value, planes.channels - 1);
  const plane = planeOfSheet(sheet, channel);
  return { name, kind: 'parameter', shape: found.shape, planes, sheet, plane, isVector: isVector(planes) };
}

/** Kernels (C_out, C_in, kH, kW) one after the other, a matrix as one plane, a list as single numbers. */
export function parameterPlanes(shape: readonly number[]): Planes | null {
  if (shape.includes(0) || shape.length === 0 || shape.length > 4) return null;
  const [first = 1, second = 1, third = 1, fourth = 1] = shape;
  if (shape.length === 1) return { channels: first, rows: 1, cols: 1 };
  if (shape.length === 2) return { channels: 1, rows: first, cols: second };
  const [rows, cols] = shape.length === 3 ? [1, third] : [third, fourth];
  return { channels: first * second, rows, cols };
}

function isVector({ rows, cols, channels }: Planes) {
  return rows * cols === 1 && channels > 1;
}

function planeOfSheet({ rows, cols, data }: SheetTensor, channel: number): PlaneTensor {
  return { rows, cols, data: data.subarray(channel * rows * cols, (channel + 1) * rows * cols) };
}

/** Columns in which a list of numbers is shown. */
export function vectorColumns(count: number) {
  return count <= 10 ? count : Math.min(Math.ceil(Math.sqrt(count * 1.6)), 40);
}

/** The smallest and the largest number of a list, and 0. */
export function rangeOf(data: ArrayLike<number>) {
  let [least, most] = [0, 0];
  for (let i = 0; i < data.length; i++) {
    least = Math.min(least, data[i] ?? 0);
    most = Math.max(most, data[i] ?? 0);
  }
  return { least, most };
}
