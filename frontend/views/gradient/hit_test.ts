/** Which cell lies under a point of a gradient, and where a cell is. Pure. */

import { cellAt } from '../../model/geometry.ts';
import type { Cell } from '../../model/relations.ts';
import type { Rect } from '../../model/types.ts';
import { findCellRects as findScatterRects, hitTest as hitTestScatter } from '../scatter/hit_test.ts';
import { cellRect } from '../shared/rects.ts';
import { findCellRects as findSignalRects, hitTest as hitTestSignal } from '../signal/cell_rects.ts';
import { findCellRects as findStageRects, hitTest as hitTestStage } from '../stage/hit_test.ts';
import type { GradientFrame } from './frame.ts';
import { gradientCell, layerCell } from './frame.ts';
import { sumCell, layerCell as sumLayerCell } from './signal_sum.ts';
import type { SumFrame } from './sum_frame.ts';
import { biasGrid } from './sum_frame.ts';
import { gradientCellRect } from './sum_grids.ts';

export function hitTest(frame: GradientFrame, x: number, y: number): Cell | null {
  if (frame.kind === 'sum') return hitTestSum(frame, x, y);
  const cell = hitTestLayer(frame.inner, x, y);
  return frame.kind === 'signalSum' ? sumCell(frame, cell) : gradientCell(frame.model, frame.moment, cell);
}

type Inner = Exclude<GradientFrame, SumFrame>['inner'];

function hitTestLayer(inner: Inner, x: number, y: number) {
  if (inner.view === 'signal') return hitTestSignal(inner, x, y);
  return inner.view === 'scatter' ? hitTestScatter(inner, x, y) : hitTestStage(inner, x, y);
}

function findLayerRects(inner: Inner, cell: Cell) {
  if (inner.view === 'signal') return findSignalRects(inner, cell);
  return inner.view === 'scatter' ? findScatterRects(inner, cell) : findStageRects(inner, cell);
}

function hitTestSum(frame: SumFrame, x: number, y: number): Cell | null {
  const { layout, outChannel, inChannel, model, position } = frame;
  const at = (rect: Rect | null, size: number) => rect && cellAt(rect, size, x, y);
  const upstream = at(layout.upstream, layout.cell);
  if (upstream) return { grid: 'upstream', channel: outChannel, row: upstream[0], col: upstream[1] };
  const product = at(layout.products, layout.cell);
  if (product) return { grid: 'tap', channel: outChannel, row: product[0], col: product[1] };
  const input = at(layout.input, layout.cell);
  if (input) {
    const [row, col] = [input[0] - model.plane.top, input[1] - model.plane.left];
    const [, height, width] = model.summary.shapes.input;
    const inside = row >= 0 && col >= 0 && row < height && col < width;
    return inside ? { grid: 'input', channel: inChannel, row, col } : null;
  }
  const gradient = at(layout.gradient, layout.outputCell);
  if (!gradient) return null;
  if (frame.moment.direction === 'weight')
    return { grid: 'gradient', channel: position.outChannel, row: gradient[0], col: gradient[1] };
  const [rows] = biasGrid(model.subject.outChannels);
  const channel = gradient[1] * rows + gradient[0];
  return channel < model.subject.outChannels ? { grid: 'gradient', channel, row: 0, col: 0 } : null;
}

export function findCellRects(frame: GradientFrame, cell: Cell): Rect[] {
  if (frame.kind === 'sum') return findSumRects(frame, cell);
  const inner =
    frame.kind === 'signalSum' ? sumLayerCell(frame, cell) : layerCell(frame.model, frame.moment, cell);
  return inner ? findLayerRects(frame.inner, inner) : [];
}

function findSumRects(frame: SumFrame, { grid, channel, row, col }: Cell): Rect[] {
  const { layout, outChannel, inChannel, model } = frame;
  if (grid === 'gradient') return [gradientCellRect(frame, channel, row, col)];
  if (grid === 'upstream' && channel === outChannel)
    return [cellRect(layout.upstream, layout.cell, row, col)];
  if (grid === 'tap' && layout.products) return [cellRect(layout.products, layout.cell, row, col)];
  if (grid === 'input' && channel === inChannel && layout.input)
    return [cellRect(layout.input, layout.cell, row + model.plane.top, col + model.plane.left)];
  return [];
}
