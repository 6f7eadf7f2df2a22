/**
 * Where the parts of a gradient to the weight or the bias stand: the planes that are multiplied, their
 * products with the sums of their rows, and what these add up to. Pure.
 */

import type { Rect } from '../../model/types.ts';
import { clamp, gridRect, wholePixels } from '../shared/rects.ts';
import type { Spacing } from '../stage/spacing.ts';
import { makeSpacing } from '../stage/spacing.ts';

type Size = readonly [rows: number, cols: number];

export interface SumHeading {
  name: 'input' | 'upstream' | 'products' | 'sums' | 'gradient';
  x: number;
  y: number;
  width: number;
}

export interface SumLayout {
  family: 'line' | 'stacked';
  width: number;
  height: number;
  spacing: Spacing;
  /** Cells of the input, of the upstream and the products, of the gradient. */
  cell: number;
  kernelCell: number;
  outputCell: number;
  /** null: of the bias, which is multiplied with nothing. */
  input: Rect | null;
  upstream: Rect;
  products: Rect | null;
  /** The sums of the rows, beside them, and of them all below. */
  sums: Rect;
  total: Rect;
  gradient: Rect;
  times: { x: number; y: number } | null;
  equals: { x: number; y: number } | null;
  headings: SumHeading[];
  outputHeading: Rect;
}

export interface SumParts {
  /** With its padding; null: of the bias. */
  input: Size | null;
  upstream: Size;
  gradient: Size;
}

/** Cells of the gradient are at most this much larger than the others. */
const LARGEST = 1.4;
const NAME = 20;

/** Everything in one line where that leaves the larger cells, else the products below the planes. */
export function placeSum(parts: SumParts, width: number, height: number, presenting = false): SumLayout {
  const spacing = makeSpacing(width, height, presenting);
  const room = { width, height, spacing };
  const line = inLine(parts, room);
  if (!parts.input) return line;
  const stacked = inTwoLines(parts, room);
  return stacked.cell > line.cell * 1.15 ? stacked : line;
}

interface Room {
  width: number;
  height: number;
  spacing: Spacing;
}

function boxWidth({ spacing, width }: Room) {
  return width < 800 ? 58 : spacing.box;
}

function inLine({ input, upstream, gradient }: SumParts, room: Room): SumLayout {
  const { width, height, spacing } = room;
  const { heading, sign, way, maxCell } = spacing;
  const box = boxWidth(room);
  const planes = input ? 2 : 1;
  const top = heading + NAME;
  const high = height - top - spacing.line - 30;
  const fixed = sign * planes + box + way + 24;
  const least = 44 * gradient[1];
  const rows = Math.max(input?.[0] ?? 0, upstream[0]);
  const cols = (input?.[1] ?? 0) + planes * upstream[1];
  const cell = wholePixels(
    Math.min(maxCell, (width - fixed - Math.min(least, width / 4)) / cols, high / rows),
  );
  const left = width - fixed - cell * cols;
  const outputCell = wholePixels(
    Math.min(maxCell, Math.max(LARGEST * cell, 40), left / gradient[1], high / gradient[0]),
  );
  const used = fixed + cell * cols + outputCell * gradient[1];
  const extra = clamp((width - used) / (planes + 3), 0, 60);
  let x = Math.max(0, (width - used - extra * (planes + 1)) / 2);
  const middle = top + high / 2;
  const grid = ([down, across]: Size, size: number) => {
    const rect = gridRect(x, Math.max(top, middle - (size * down) / 2), size, [down, across]);
    x += rect.width;
    return rect;
  };
  const pause = (gap: number) => {
    x += gap;
    return x - gap / 2;
  };
  const first = input && grid(input, cell);
  const times = first && { x: pause(sign + extra), y: middle };
  const second = grid(upstream, cell);
  const equals = first && { x: pause(sign + extra), y: middle };
  const products = first && grid(upstream, cell);
  const sums = { x: x + 8, y: (products ?? second).y, width: box, height: (products ?? second).height };
  x += box + 8;
  pause(way + extra);
  return finish(
    { family: 'line', input: first, upstream: second, products, times, equals, cell },
    { sums, gradient: grid(gradient, outputCell), outputCell, room },
  );
}

function inTwoLines({ input, upstream, gradient }: SumParts, room: Room): SumLayout {
  const { width, height, spacing } = room;
  const { heading, sign, maxCell } = spacing;
  const box = boxWidth(room);
  const size = input ?? upstream;
  const rows = Math.max(size[0], upstream[0]);
  const high = height - 2 * (heading + 4) - spacing.line - 12;
  const least = 22 * gradient[1];
  const cell = wholePixels(
    Math.min(
      maxCell,
      (width - sign - 4) / (size[1] + upstream[1]),
      high / (rows + upstream[0]),
      (width - box - 26 - Math.min(least, width / 3)) / upstream[1],
    ),
  );
  const top = heading + 4;
  const used = cell * (size[1] + upstream[1]) + sign;
  const left = Math.max(0, (width - used) / 2);
  const first = gridRect(left, top, cell, size);
  const second = gridRect(left + first.width + sign, top, cell, upstream);
  const below = top + cell * rows + heading + 8;
  const outputCell = wholePixels(
    Math.min(
      maxCell,
      Math.max(LARGEST * cell, 30),
      (width - box - 26 - cell * upstream[1]) / gradient[1],
      (height - below - 4) / gradient[0],
    ),
  );
  const lower = cell * upstream[1] + box + 26 + outputCell * gradient[1];
  const products = gridRect(Math.max(0, (width - lower) / 2), below, cell, upstream);
  const sums = { x: products.x + products.width + 6, y: below, width: box, height: products.height };
  const third = gridRect(sums.x + box + 18, below, outputCell, gradient);
  return finish(
    {
      family: 'stacked',
      input: first,
      upstream: second,
      products,
      times: { x: left + first.width + sign / 2, y: top + (cell * Math.min(size[0], upstream[0])) / 2 },
      equals: null,
      cell,
    },
    { sums, gradient: third, outputCell, room },
  );
}

type Placed = Pick<SumLayout, 'family' | 'input' | 'upstream' | 'products' | 'times' | 'equals' | 'cell'>;

function finish(
  placed: Placed,
  { sums, gradient, outputCell, room }: Pick<SumLayout, 'sums' | 'gradient' | 'outputCell'> & { room: Room },
): SumLayout {
  const { width, height, spacing } = room;
  const { input, upstream, products } = placed;
  const y = (rect: Rect) => rect.y - spacing.heading / 2 - (placed.family === 'line' ? 4 : 0);
  const heading = (name: SumHeading['name'], rect: Rect | null, end: number) =>
    rect ? [{ name, x: rect.x, y: y(rect), width: Math.max(0, end - rect.x - 10) }] : [];
  const stacked = placed.family === 'stacked';
  const outputWidth = Math.max(gradient.width, width - gradient.x);
  return {
    ...placed,
    width,
    height,
    spacing,
    kernelCell: placed.cell,
    outputCell,
    sums,
    gradient,
    total: { x: sums.x, y: sums.y + sums.height + 6, width: sums.width, height: spacing.line },
    headings: [
      ...heading('input', input, upstream.x),
      ...heading('upstream', upstream, stacked ? width : (products?.x ?? sums.x + sums.width)),
      ...heading('products', products, sums.x),
      ...heading('sums', products && sums, gradient.x),
      ...heading('gradient', gradient, width),
    ],
    outputHeading: {
      x: gradient.x,
      // Beside a narrow grid there is no room for a chooser.
      y: stacked ? y(gradient) - spacing.heading / 2 : 0,
      width: outputWidth,
      height: spacing.heading,
    },
  };
}
