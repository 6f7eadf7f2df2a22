/** Which part of long signals is in sight. Pure. */

import type { Position } from '../../model/timeline.ts';
import { clamp } from '../shared/rects.ts';
import type { SignalAxis } from './axis.ts';
import type { SignalLayout } from './layout.ts';

/** The first column in sight: pages that turn when the kernel leaves them, or the tap of a long one. */
export function firstColumnOf(
  { first, last, span }: SignalAxis,
  { columns, pageStep }: SignalLayout,
  position: Position,
  kernel: number[],
) {
  const lastStart = Math.ceil(last - first) + 1 - columns;
  if (lastStart <= 0) return first;
  const isLong = span >= columns;
  const [at, step] = isLong ? [tapAtWork(position, kernel), columns] : [Math.min(...kernel), pageStep];
  const page = Math.floor((at - first) / step);
  return first + clamp(page * step, 0, lastStart);
}

function tapAtWork({ channels, products }: Position, kernel: number[]) {
  const last = kernel.length - 1;
  const tap = channels > 0 ? last : clamp(Math.ceil(products) - 1, 0, last);
  return kernel[tap] ?? 0;
}
