/** Paints what is pointed at: the open node, the cell, and the patches on the path that it leads along. */

import type { NetworkCell, PathStep } from '../../model/network.ts';
import { isFollowed } from '../../model/network.ts';
import type { Rect } from '../../model/types.ts';
import type { Context2D } from '../shared/drawing.ts';
import { strokeRoundedRect } from '../shared/drawing.ts';
import { growRect } from '../shared/rects.ts';
import { tileRect } from './contact_sheet.ts';
import type { NetworkFrame, NodeFrame } from './frame.ts';
import { toCanvas } from './viewport.ts';

/** What a patch leaves out of its channel is covered so much. */
const COVER = 0.62;

export function paintMarks(context: Context2D, frame: NetworkFrame) {
  for (const each of frame.nodes) {
    const { node, box } = each;
    const step = node.outputs.map(({ name }) => frame.followed?.byEdge.get(name)).find(Boolean);
    if (step && step.edge !== frame.cell?.edge) paintPatches(context, frame, each, step);
    const rect = onCanvas(frame, box);
    if (step) strokeRoundedRect(context, rect, 8 * frame.zoom.scale, frame.colors.accent, 1.5);
    if (node.index === frame.open) strokeRoundedRect(context, growRect(rect, 2), 9, frame.link, 2.5);
    if (node.index === frame.focused && node.index !== frame.open) {
      context.setLineDash([4, 3]);
      strokeRoundedRect(context, growRect(rect, 3), 9, frame.link, 1.5);
      context.setLineDash([]);
    }
    for (const cell of [frame.hovered, frame.cell]) if (cell) paintCellMark(context, frame, each, cell);
  }
}

function onCanvas({ zoom, size }: NetworkFrame, { x, y, width, height }: Rect): Rect {
  return {
    ...toCanvas(zoom, size, x, y),
    width: width * zoom.scale,
    height: height * zoom.scale,
  };
}

/** On each channel that is seen, the part that the cell depends on, or can change; of others nothing. */
function paintPatches(context: Context2D, frame: NetworkFrame, { box }: NodeFrame, step: PathStep) {
  const { rows, cols } = step;
  const { sheet } = box;
  if (!sheet || !rows || !cols || box.width * frame.zoom.scale < 34) return;
  for (let channel = 0; channel < sheet.shown; channel++) {
    const tile = tileRect(sheet, channel);
    const at = { x: box.x + box.sheetX + tile.x, y: box.y + box.sheetY + tile.y };
    const patch = {
      x: at.x + cols[0] * sheet.cell,
      y: at.y + rows[0] * sheet.cell,
      width: (cols[1] - cols[0] + 1) * sheet.cell,
      height: (rows[1] - rows[0] + 1) * sheet.cell,
    };
    const followed = isFollowed(step, channel) ? onCanvas(frame, patch) : null;
    coverAround(context, frame, onCanvas(frame, { ...tile, ...at }), followed);
  }
}

function coverAround(context: Context2D, { colors }: NetworkFrame, tile: Rect, patch: Rect | null) {
  context.globalAlpha = COVER;
  context.fillStyle = colors.paper;
  context.beginPath();
  context.rect(tile.x, tile.y, tile.width, tile.height);
  if (patch) traceHole(context, patch);
  context.fill();
  context.globalAlpha = 1;
  if (!patch) return;
  context.strokeStyle = colors.accent;
  context.lineWidth = 1;
  context.strokeRect(patch.x, patch.y, patch.width, patch.height);
}

/** The other way round. */
function traceHole(context: Context2D, { x, y, width, height }: Rect) {
  context.moveTo(x, y);
  context.lineTo(x, y + height);
  context.lineTo(x + width, y + height);
  context.lineTo(x + width, y);
  context.lineTo(x, y);
}

function paintCellMark(
  context: Context2D,
  frame: NetworkFrame,
  { node, box }: NodeFrame,
  { edge, channel, row, col }: NetworkCell,
) {
  const { sheet } = box;
  if (!sheet || node.outputs[0]?.name !== edge || channel >= sheet.shown) return;
  const tile = tileRect(sheet, channel);
  const rect = onCanvas(frame, {
    x: box.x + box.sheetX + tile.x + col * sheet.cell,
    y: box.y + box.sheetY + tile.y + row * sheet.cell,
    width: sheet.cell,
    height: sheet.cell,
  });
  strokeRoundedRect(context, growRect(rect, rect.width < 5 ? 2 : 0.5), 1.5, frame.colors.text, 1.5);
}
