/** What the row and the column of a place in a matrix product stand for, as a sentence. Pure. */

import { formatExact } from '../../model/numbers.ts';
import type { PaneValues } from '../shared/matrix_painting.ts';
import { hitTestPane } from '../shared/matrix_viewport.ts';
import type { AxisName, ProductFrame } from './product_frame.ts';

type Described = Pick<ProductFrame, 'panes' | 'axes' | 'model' | 'left' | 'right' | 'product'>;

/** `3 · channel 0, kernel (1, 2) · window (0, 1)`; '' where rows and columns have no names. */
export function describePlace(frame: Described, x: number, y: number, withNumber: boolean) {
  const hit = hitTestPane(frame.panes, x, y);
  if (!hit) return '';
  const { name, pane, row, col } = hit;
  const [down, across] = pane.axes.map((axis) => frame.axes[axis as AxisName]);
  const places = [down?.say(row), across?.say(col)].filter(Boolean);
  if (places.length === 0) return '';
  const number = withNumber ? numberAt(frame, name, row, col) : '';
  return [number, ...places].filter(Boolean).join(' · ');
}

function numberAt(frame: Described, name: string, row: number, col: number) {
  const values: Record<string, PaneValues> = { left: frame.left, right: frame.right, product: frame.product };
  const value = values[name]?.valueAt(row, col) ?? null;
  return value === null ? '' : formatExact(value, frame.model.summary.dtype);
}
