/** The contact sheet of a tensor's channels: how many are shown, and where each lies. Pure. */

import type { Planes } from '../../model/network.ts';
import type { Rect } from '../../model/types.ts';

export interface SheetLayout {
  planes: Planes;
  /** The first so many channels. */
  shown: number;
  columns: number;
  /** The side of a cell of the tensor, in the units of the sheet. */
  cell: number;
  gap: number;
  width: number;
  height: number;
}

export interface SheetRoom {
  width: number;
  height: number;
  /** The least length of a channel's longer side; of single numbers the least side. */
  leastTile: number;
  leastNumber: number;
  /** The largest side of a single number, and of a cell of a plane. */
  mostNumber: number;
  mostCell: number;
}

export function layoutSheet(planes: Planes, room: SheetRoom): SheetLayout {
  const single = planes.rows * planes.cols === 1;
  const least = single ? room.leastNumber : room.leastTile;
  const largestCell = single ? room.mostNumber : room.mostCell;
  const gap = single ? 1 : 3;
  const longer = Math.max(planes.rows, planes.cols);
  let best = fit(planes, planes.channels, room, gap);
  let shown = planes.channels;
  if (best.cell * longer < least) {
    const [width, height] = [(least * planes.cols) / longer, (least * planes.rows) / longer];
    const columns = Math.max(Math.floor((room.width + gap) / (width + gap)), 1);
    const rows = Math.max(Math.floor((room.height + gap) / (height + gap)), 1);
    shown = Math.min(columns * rows, planes.channels);
    best = { columns: Math.min(columns, shown), cell: least / longer };
  }
  const cell = Math.min(best.cell, largestCell);
  const columns = cell < best.cell ? widest(planes, cell, shown, room.width, gap) : best.columns;
  const rows = Math.ceil(shown / columns);
  const width = columns * (cell * planes.cols + gap) - gap;
  return { planes, shown, columns, cell, gap, width, height: rows * (cell * planes.rows + gap) - gap };
}

/** The most columns of these tiles. */
function widest({ cols }: Planes, cell: number, shown: number, width: number, gap: number) {
  return Math.max(1, Math.min(shown, Math.floor((width + gap) / (cell * cols + gap) + 1e-9)));
}

/** The columns with which so many channels are largest. */
function fit({ rows, cols }: Planes, shown: number, { width, height }: SheetRoom, gap: number) {
  let best = { columns: 1, cell: 0 };
  for (let columns = 1; columns <= Math.min(shown, 64); columns++) {
    const lines = Math.ceil(shown / columns);
    const cell = Math.min(
      (width - (columns - 1) * gap) / (columns * cols),
      (height - (lines - 1) * gap) / (lines * rows),
    );
    if (cell > best.cell) best = { columns, cell };
  }
  return best;
}

/** Where a channel lies in the sheet. */
export function tileRect({ planes, columns, cell, gap }: SheetLayout, channel: number): Rect {
  const [width, height] = [planes.cols * cell, planes.rows * cell];
  const [row, col] = [Math.floor(channel / columns), channel % columns];
  return { x: col * (width + gap), y: row * (height + gap), width, height };
}

/** The cell at a place in the sheet, or null between channels. */
export function cellAt(sheet: SheetLayout, x: number, y: number) {
  const { planes, columns, cell, gap, shown } = sheet;
  const [width, height] = [planes.cols * cell + gap, planes.rows * cell + gap];
  const [line, column] = [Math.floor(y / height), Math.floor(x / width)];
  const channel = line * columns + column;
  const [row, col] = [Math.floor((y - line * height) / cell), Math.floor((x - column * width) / cell)];
  const inside = column >= 0 && column < columns && line >= 0 && channel < shown;
  return inside && row < planes.rows && col < planes.cols ? { channel, row, col } : null;
}
