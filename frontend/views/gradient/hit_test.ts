/** Which cell lies under a point of a gradient, and where a cell is. Pure. */

import { cellAt } from '../../model/geometry.ts';
import type { Cell } from '../../model/relations.ts';
import type { Rect } from '../../model/types.ts';
import { findCellRects as findScatterRects, hitTest as hitTestScatter } from '../scatter/hit_test.ts';
import type { Highlights } from '../shared/matrix_viewport.ts';
import { visibleRects } from '../shared/matrix_viewport.ts';
import { cellRect } from '../shared/rects.ts';
import { findCellRects as findSignalRects, hitTest as hitTestSignal } from '../signal/cell_rects.ts';
import { findCellRects as findStageRects, hitTest as hitTestStage } from '../stage/hit_test.ts';
import type { GradientFrame } from './frame.ts';
import { gradientCell, isSumFrame, layerCell } from './frame.ts';
import { findContributionHighlights, hitTestMatrixInput } from './matrix_input_cells.ts';
import { findSumHighlights, hitTestMatrixSum } from './matrix_sum_cells.ts';
import type { SignalSumFrame } from './signal_sum.ts';
import { sumCell, layerCell as sumLayerCell } from './signal_sum.ts';
import { findBackHighlights, hitTestSparse } from './sparse_cells.ts';
import type { SumFrame } from './sum_frame.ts';
import { biasGrid } from './sum_frame.ts';
import { gradientCellRect } from './sum_grids.ts';

export function hitTest(frame: GradientFrame, x: number, y: number): Cell | null {
  if (frame.kind === 'sum') return hitTestSum(frame, x, y);
  if (frame.kind === 'signalSum') return sumCell(frame, hitTestSignal(frame.inner, x, y));
  if (frame.kind === 'matrixSum') return hitTestMatrixSum(frame, x, y);
  const { inner, model, moment } = frame;
  if (inner.view === 'sparse') return hitTestSparse({ ...inner, moment }, x, y);
  if (frame.kind === 'sparseSum') return null;
  if (inner.view === 'matrix') return hitTestMatrixInput(inner, x, y);
  return gradientCell(model, moment, hitTestLayer(inner, x, y));
}

type LayerInner = Exclude<LayeredFrame['inner'], { panes: unknown }>;
type LayeredFrame = Extract<GradientFrame, { kind: 'gather' | 'scatter' }>;

function hitTestLayer(inner: LayerInner, x: number, y: number) {
  if (inner.view === 'signal') return hitTestSignal(inner, x, y);
  return inner.view === 'scatter' ? hitTestScatter(inner, x, y) : hitTestStage(inner, x, y);
}

function findLayerRects(inner: LayerInner, cell: Cell) {
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
  if (frame.kind === 'signalSum') {
    const inner = sumLayerCell(frame, cell);
    return inner ? findSignalRects(frame.inner, inner) : [];
  }
  if ('panes' in frame.inner) return visibleRects(frame.inner.panes, findPaneHighlights(frame, cell));
  if (isSumFrame(frame)) return [];
  const inner = layerCell(frame.model, frame.moment, cell);
  return inner ? findLayerRects(frame.inner as LayerInner, inner) : [];
}

function findPaneHighlights(
  frame: Exclude<GradientFrame, SumFrame | SignalSumFrame>,
  cell: Cell,
): Highlights {
  const { moment, inner } = frame;
  if (frame.kind === 'matrixSum')
    return findSumHighlights(frame, frame.inner, cell, frame.inner.row, frame.inner.col);
  if (inner.view === 'sparse') return findBackHighlights({ ...inner, moment }, cell);
  if (inner.view !== 'matrix' || !('entries' in inner)) return { self: [], related: [] };
  const shown = { channel: inner.position.outChannel };
  return findContributionHighlights(inner.model, inner.unrolled, cell, shown);
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
