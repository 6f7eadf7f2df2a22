/**
 * Cells that can be edited: which number of which tensor they show, where they are on the stage, which one is
 * next. Pure.
 */

import { containsPoint, inputChannelsOf, weightIndex } from '../model/geometry.ts';
import type { Cell } from '../model/relations.ts';
import type { Rect, SceneSummary } from '../model/types.ts';
import type { TensorName } from '../state/scene_edit.ts';
import type { AnyFrame } from '../views/registry.ts';
import { findCellRects, hitTestFrame, isChannelFrame } from '../views/registry.ts';
import { readableCell } from '../views/shared/text_fit.ts';
import type { ChannelFrame } from '../views/stage/channel_frame.ts';
import { displayedTap } from '../views/stage/channel_frame.ts';
import { findCellRect } from '../views/stage/hit_test.ts';

const SMALLEST_EDITED = readableCell(1);

/** A number of a tensor. */
export interface TensorIndex {
  tensor: TensorName;
  index: number[];
}

export type EditableCell = Cell;

/**
 * The number a cell shows: its tensor and the index into it; null where nothing can be edited. outChannel:
 * the one shown.
 */
export function tensorCell(
  summary: SceneSummary,
  { grid, channel, row, col }: EditableCell,
  outChannel: number,
): TensorIndex | null {
  if (grid === 'input' || grid === 'upstream') return { tensor: grid, index: [channel, row, col] };
  if (grid === 'bias') return summary.shapes.bias && { tensor: 'bias', index: [outChannel] };
  if (grid !== 'weight' || !summary.shapes.weight) return null;
  return { tensor: 'weight', index: [...weightIndex(summary, outChannel, channel), row, col] };
}

/** The cell under a point that is large enough to be meant. */
export function editableAt(frame: AnyFrame, x: number, y: number): EditableCell | null {
  const { summary } = frame.model;
  const cell = hitTestFrame(frame, x, y);
  if (!cell || !tensorCell(summary, cell, frame.position.outChannel)) return null;
  const rects = isChannelFrame(frame) ? [editRect(frame, cell)] : findCellRects(frame, cell);
  return rects.some((rect) => rect && rect.width >= SMALLEST_EDITED && containsPoint(rect, x, y))
    ? cell
    : null;
}

function biasCell(channel: number): EditableCell {
  return { grid: 'bias', channel, row: 0, col: 0 };
}

/** Where a cell is edited: in its grid, or in the loupe where the grid's cells are too small. */
export function editRect(frame: AnyFrame, cell: EditableCell): Rect | null {
  if (!isChannelFrame(frame)) return findCellRects(frame, cell)[0] ?? null;
  // A phone lends the bias's place to a running sum.
  if (cell.grid === 'bias') return frame.layout.bias;
  const rect = findCellRect(frame, cell);
  if (cell.grid !== 'input' || !rect || rect.width >= SMALLEST_EDITED) return rect;
  return loupeRect(frame, cell) ?? rect;
}

/** Where the loupe shows an input cell. */
function loupeRect({ step, rows, model }: ChannelFrame, cell: Cell): Rect | null {
  const u = step?.inputRows.indexOf(cell.row) ?? -1;
  const v = step?.inputCols.indexOf(cell.col) ?? -1;
  const lane = rows.find(({ channel, index }) => channel === cell.channel && index >= 0)?.lane;
  if (!lane?.loupe || u < 0 || v < 0) return null;
  const [i, j] = displayedTap(model, u, v);
  const { cell: size } = lane;
  return { x: lane.loupe.x + j * size, y: lane.loupe.y + i * size, width: size, height: size };
}

/**
 * The next cell in reading order, or the one before; a kernel's last cell leads to the bias. Null at the end.
 * outChannel: the one shown.
 */
export function nextEditableCell(
  summary: SceneSummary,
  cell: EditableCell,
  direction: 1 | -1,
  outChannel: number,
): EditableCell | null {
  const { input, output, weight, bias } = summary.shapes;
  if (cell.grid === 'upstream') return nextInVolume(output, cell, direction);
  const inputs = inputChannelsOf(summary, outChannel);
  const [rows, cols] = cell.grid === 'input' ? [input[1], input[2]] : [weight?.[2] ?? 1, weight?.[3] ?? 1];
  if (cell.grid === 'bias') {
    const last: EditableCell = { grid: 'weight', channel: inputs.at(-1) ?? 0, row: rows - 1, col: cols - 1 };
    return direction < 0 ? last : null;
  }
  const channels = cell.grid === 'input' ? input[0] : inputs.length;
  const first = cell.grid === 'weight' ? cell.channel - (cell.channel % channels) : 0;
  const next = nextInVolume([channels, rows, cols], { ...cell, channel: cell.channel - first }, direction);
  if (next) return { ...next, channel: first + next.channel };
  return direction > 0 && cell.grid === 'weight' && bias ? biasCell(outChannel) : null;
}

/** As nextEditableCell, of a volume (C, H, W). */
function nextInVolume(
  [channels, rows, cols]: readonly [number, number, number],
  cell: EditableCell,
  direction: 1 | -1,
): EditableCell | null {
  const next = (cell.channel * rows + cell.row) * cols + cell.col + direction;
  if (next < 0 || next >= channels * rows * cols) return null;
  const channel = Math.floor(next / (rows * cols));
  return { ...cell, channel, row: Math.floor(next / cols) % rows, col: next % cols };
}
