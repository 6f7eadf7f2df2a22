/**
 * Positions in cells: the padded plane of an input channel, the window of a step, the tap tables in both
 * directions, and zoom. Pure; all of it is look-ups in what the server planned.
 */

import type { LayerShape, Rect, SceneSummary, TapTable } from './types.ts';

/** Cells of an input channel with its padding ring; `top` and `left`: the ring's width before cell (0, 0). */
export interface PaddedPlane {
  rows: number;
  cols: number;
  top: number;
  left: number;
}

/** Plane rows and columns that the kernel's rows and columns lie on; NaN where a tap has no input. */
export interface KernelWindow {
  rows: number[];
  cols: number[];
}

/**
 * Which part of a large grid fills its place on the stage; scale 1: the whole grid; row, col: the centre, in
 * cells.
 */
export interface Zoom {
  scale: number;
  row: number;
  col: number;
}

export const UNZOOMED: Zoom = { scale: 1, row: 0, col: 0 };

export function makePlane({ operation, shapes }: SceneSummary): PaddedPlane {
  const [, height, width] = shapes.input;
  if (operation.kind === 'conv_transpose2d') return { rows: height, cols: width, top: 0, left: 0 };
  const { top, bottom, left, right } = operation.padding;
  return { rows: height + top + bottom, cols: width + left + right, top, left };
}

export function kernelSize({ operation, shapes }: LayerShape): [number, number] {
  if (shapes.weight) return [shapes.weight[2], shapes.weight[3]];
  return operation.kernel_size ?? [1, 1];
}

/** The input channels that output channel `o` reads. */
export function inputChannelsOf({ operation, shapes }: LayerShape, o: number): number[] {
  if (!shapes.weight) return [o];
  const groups = operation.groups ?? 1;
  const size = shapes.input[0] / groups;
  const first = Math.floor(o / (shapes.output[0] / groups)) * size;
  return Array.from({ length: size }, (_, k) => first + k);
}

/**
 * The first two indices into the weight of output channel `o` and input channel `c`: one of the two counts
 * within its group, as in `weight[o, c % (C_in/groups)]`.
 */
export function weightIndex({ operation, shapes }: LayerShape, o: number, c: number): [number, number] {
  const groups = operation.groups ?? 1;
  if (operation.kind === 'conv_transpose2d') return [c, o % (shapes.output[0] / groups)];
  return [o, c % (shapes.input[0] / groups)];
}

/** The index into the weight's numbers of kernel cell (0, 0) of output channel `o`, input channel `c`. */
export function weightOffset(layer: LayerShape, o: number, c: number) {
  if (!layer.shapes.weight) return -1;
  const [, second, kH, kW] = layer.shapes.weight;
  const [first, inner] = weightIndex(layer, o, c);
  return (first * second + inner) * kH * kW;
}

/** The window of output cell (row, col). */
export function windowAt(summary: SceneSummary, taps: TapTable, row: number, col: number): KernelWindow {
  const { operation } = summary;
  const [kH, kW] = kernelSize(summary);
  if (operation.kind === 'conv_transpose2d') {
    const orNaN = (line: number[] = []) => line.map((source) => (source < 0 ? NaN : source));
    return { rows: orNaN(taps.rows[row]), cols: orNaN(taps.cols[col]) };
  }
  const flip = operation.flip ?? false;
  return {
    rows: windowLine(kH, row * operation.stride[0], operation.dilation[0], flip),
    cols: windowLine(kW, col * operation.stride[1], operation.dilation[1], flip),
  };
}

function windowLine(size: number, start: number, dilation: number, flip: boolean) {
  return Array.from({ length: size }, (_, u) => start + (flip ? size - 1 - u : u) * dilation);
}

/** The moving window: `share` of the path from `a` to `b`. */
export function interpolateWindows(a: KernelWindow, b: KernelWindow, share: number): KernelWindow {
  if (share >= 1) return b;
  const mix = (from: number[], to: number[]) =>
    to.map((end, k) => (from[k] ?? end) + (end - (from[k] ?? end)) * share);
  return { rows: mix(a.rows, b.rows), cols: mix(a.cols, b.cols) };
}

/** What an average over the window of output cell (row, col) divides by; null for other operations. */
export function averageDivisorAt(
  { summary, taps, plane }: { summary: SceneSummary; taps: TapTable; plane: PaddedPlane },
  row: number,
  col: number,
) {
  const { kind, count_include_pad: counted } = summary.operation;
  if (kind !== 'avg_pool2d') return null;
  const [, height, width] = summary.shapes.input;
  const window = windowAt(summary, taps, row, col);
  const count = (line: number[], first: number, end: number) =>
    line.filter((position) => position >= first && position < end).length;
  if (counted) return count(window.rows, 0, plane.rows) * count(window.cols, 0, plane.cols);
  return (
    count(window.rows, plane.top, plane.top + height) * count(window.cols, plane.left, plane.left + width)
  );
}

/** Whether the taps of a window touch, so that one frame can go round them. */
export function isContiguous(line: number[]) {
  const sorted = [...line].sort((a, b) => a - b);
  return sorted.every((line, k) => k === 0 || Math.abs(line - (sorted[k - 1] ?? line) - 1) < 1e-9);
}

/** The source of a plane row or column that no window reads. */
const UNREAD = -2;

/**
 * The plane's rows (or columns) that no window reads. idle: those of the input. sources: of the plane.
 */
export function findIdleLines(idle: number[], before: number, size: number, sources: Int32Array) {
  const ring = [...sources.keys()].filter(
    (line) => sources[line] === UNREAD && (line < before || line >= before + size),
  );
  return [...ring, ...idle.map((line) => line + before)].sort((a, b) => a - b);
}

/**
 * For every plane row (or column) the input row it reads, as far as any window goes there: itself inside, the
 * borrowed one on the ring, -1 where padding is zero, UNREAD where no window ever looks. table: rows or cols
 * of the tap table. lineAt: plane positions of window `index`. length: of the plane.
 */
export function findSources(table: number[][], lineAt: (index: number) => number[], length: number) {
  const sources = new Int32Array(length).fill(UNREAD);
  for (const [index, line] of table.entries())
    for (const [u, position] of lineAt(index).entries()) sources[position] = line[u] ?? -1;
  return sources;
}

/**
 * The tap table the other way round: for every input row, the [output row, kernel row] pairs that read it.
 */
export function invertTapTable(table: number[][], length: number): [number, number][][] {
  const inverse: [number, number][][] = Array.from({ length }, () => []);
  for (const [index, line] of table.entries())
    for (const [u, source] of line.entries()) inverse[source]?.push([index, u]);
  return inverse;
}

export function containsPoint(rect: Rect, x: number, y: number) {
  return x >= rect.x && y >= rect.y && x < rect.x + rect.width && y < rect.y + rect.height;
}

/** The cell [row, col] of a grid of square cells under a point, or null. */
export function cellAt(rect: Rect, cell: number, x: number, y: number): [number, number] | null {
  return containsPoint(rect, x, y)
    ? [Math.floor((y - rect.y) / cell), Math.floor((x - rect.x) / cell)]
    : null;
}

/**
 * The kernel cell whose product is the k-th: a flipped kernel is seen turned, and its products are made in
 * the order in which they are seen. Its own inverse.
 */
export function tapInOrder({ operation }: Pick<SceneSummary, 'operation'>, taps: number, k: number) {
  return operation.flip ? taps - 1 - k : k;
}

/** What is written where a window reads zero padding; null where padding never counts. */
export function paddingGhost({ operation: { kind } }: SceneSummary) {
  return kind === 'conv2d' || kind === 'avg_pool2d' ? '0' : null;
}
