/** Which cell lies under a point of the stage. Pure. */

import { cellAt, containsPoint } from '../../model/geometry.ts';
import type { Cell } from '../../model/relations.ts';
import type { Rect } from '../../model/types.ts';
import type { ChannelRow, StageFrame } from './frame.ts';
import { displayedTap } from './frame.ts';
import { rectInSlot } from './layout.ts';

export function hitTest(frame: StageFrame, x: number, y: number): Cell | null {
  const { layout: at, position } = frame;
  const out = containsPoint(at.output, x, y) ? cellAt(frame.outputView, frame.outputView.cell, x, y) : null;
  if (out) return { grid: 'output', channel: position.outChannel, row: out[0], col: out[1] };
  const last = frame.inChannels.at(-1) ?? 0;
  if (frame.step && frame.model.weight && containsPoint(frame.total, x, y))
    return { grid: 'total', channel: last, row: 0, col: 0 };
  for (const row of frame.rows) {
    const found =
      sumHit(frame, row, x, y) ??
      inputHit(frame, row.slot, row.channel, x, y) ??
      (row.index < 0 ? null : tapHit(frame, row.slot, row.channel, x, y));
    if (found) return found;
  }
  return null;
}

/** A box where a sum already stands. */
function sumHit(
  { layout: at, model }: StageFrame,
  { slot, channel, index, sum, accumulate }: ChannelRow,
  x: number,
  y: number,
): Cell | null {
  if (index < 0) return null;
  if (sum > 0 && containsPoint(rectInSlot(at, at.sum, slot), x, y))
    return { grid: 'sum', channel, row: 0, col: 0 };
  if (model.weight && accumulate > 0 && containsPoint(rectInSlot(at, at.running, slot), x, y))
    return { grid: 'running', channel, row: 0, col: 0 };
  return null;
}

function inputHit(frame: StageFrame, slot: number, channel: number, x: number, y: number): Cell | null {
  const { layout: at, model } = frame;
  const shift = slot * at.rowHeight;
  if (!containsPoint(rectInSlot(at, at.input, slot), x, y)) return null;
  const found = cellAt({ ...frame.inputView, y: frame.inputView.y + shift }, frame.inputView.cell, x, y);
  const [, height, width] = model.summary.shapes.input;
  const row = (found?.[0] ?? -1) - model.plane.top;
  const col = (found?.[1] ?? -1) - model.plane.left;
  return row >= 0 && col >= 0 && row < height && col < width ? { grid: 'input', channel, row, col } : null;
}

function tapHit(
  { layout: at, model, step }: StageFrame,
  slot: number,
  channel: number,
  x: number,
  y: number,
): Cell | null {
  const under = (place: Rect, size = at.kernelCell) => {
    const found = cellAt(rectInSlot(at, place, slot), size, x, y);
    return found && displayedTap(model, ...found);
  };
  if (model.weight) {
    const kernel = under(at.kernel);
    if (kernel) return { grid: 'weight', channel, row: kernel[0], col: kernel[1] };
  }
  const product = under(at.products);
  if (product) return { grid: 'tap', channel, row: product[0], col: product[1] };
  const enlarged = at.loupe ? under(at.loupeRect, at.loupeCell) : null;
  if (!enlarged || !step?.hasInput(...enlarged)) return null;
  const [row = 0, col = 0] = [step.inputRows[enlarged[0]], step.inputCols[enlarged[1]]];
  return { grid: 'input', channel, row, col };
}

/** Where a cell is on the stage, or null where it is not to be seen. */
export function findCellRect(frame: StageFrame, cell: Cell): Rect | null {
  const { layout: at, model, position } = frame;
  if (cell.grid === 'output') {
    if (cell.channel !== position.outChannel) return null;
    return square(frame.outputView, frame.outputView.cell, cell.row, cell.col);
  }
  if (cell.grid === 'total') return frame.total;
  const row = frame.rows.find(({ channel }) => channel === cell.channel);
  if (!row) return null;
  if (cell.grid === 'sum' || cell.grid === 'running') return rectInSlot(at, at[cell.grid], row.slot);
  if (cell.grid === 'input') {
    const view = { ...frame.inputView, y: frame.inputView.y + row.slot * at.rowHeight };
    return square(view, view.cell, cell.row + model.plane.top, cell.col + model.plane.left);
  }
  return square(
    rectInSlot(at, cell.grid === 'weight' ? at.kernel : at.products, row.slot),
    at.kernelCell,
    ...displayedTap(model, cell.row, cell.col),
  );
}

function square(origin: { x: number; y: number }, size: number, row: number, col: number) {
  return { x: origin.x + col * size, y: origin.y + row * size, width: size, height: size };
}
