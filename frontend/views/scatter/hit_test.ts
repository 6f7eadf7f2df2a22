/** Which cell lies under a point of the scatter view, and where a cell is. Pure. */

import type { Cell } from '../../model/relations.ts';
import type { Rect } from '../../model/types.ts';
import { findCellRect, hitTest as hitTestStage } from '../stage/hit_test.ts';
import type { ScatterFrame } from './frame.ts';

/** Finds the cell; a product of a stamp counts as the weight that makes it. */
export function hitTest(frame: ScatterFrame, x: number, y: number): Cell | null {
  const cell = hitTestStage(frame, x, y);
  return cell?.grid === 'tap' ? { ...cell, grid: 'weight' } : cell;
}

/** Finds a cell's places; a weight stands in the kernel and in its product. */
export function findCellRects(frame: ScatterFrame, cell: Cell): Rect[] {
  const places = cell.grid === 'weight' ? [cell, { ...cell, grid: 'tap' as const }] : [cell];
  return places.map((place) => findCellRect(frame, place)).filter((rect) => rect !== null);
}
