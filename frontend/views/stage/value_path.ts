/** The path of an output's value to its cell: round the grid, never over finished numbers. */

import { easeInOut, isAtRest } from '../../model/timeline.ts';
import type { Context2D } from '../shared/drawing.ts';
import { cssFont, fillRoundedRect, paintTextIn, strokePoints, strokeRoundedRect } from '../shared/drawing.ts';
import { centerOf, clamp, overlap } from '../shared/rects.ts';
import type { StageFrame } from './frame.ts';
import type { GridPlace } from './grid_places.ts';

/** Paints the total's value where it is on its path, and the path itself. */
export function paintValuePath(context: Context2D, frame: StageFrame) {
  const { position, colors, ledger, pathPoints: points } = frame;
  if (points.length < 2) return;
  const share = easeInOut(position.place);
  context.strokeStyle = colors.accent;
  context.lineWidth = 1.8;
  if (share < 1 || !ledger) paintDashes(context, points);
  if (position.place === 0 || !ledger) return;
  const at = pointAlong(points, share);
  strokePoints(context, [...at.passed, at.point]);
  if (isAtRest(position.place) || !frame.flying) return;
  const size = frame.layout.spacing.scale * 13;
  context.font = cssFont(size, 700);
  const width = context.measureText(ledger.output).width + 12;
  const chip = { x: at.point.x - width / 2, y: at.point.y - size * 0.8, width, height: size * 1.6 };
  // It sets out from the total without lying over it.
  if (overlap(chip, frame.totalRect)) return;
  fillRoundedRect(context, chip, 5, colors.paper);
  strokeRoundedRect(context, chip, 5, colors.accent, 1.8);
  context.fillStyle = colors.text;
  paintTextIn(context, ledger.output, chip, 4);
}

/** Paints the way that the value has still to go. */
function paintDashes(context: Context2D, points: { x: number; y: number }[]) {
  context.globalAlpha = 0.75;
  context.setLineDash([2, 4]);
  strokePoints(context, points);
  context.setLineDash([]);
  context.globalAlpha = 1;
}

/** The point at a share of a path's length, and the corners before it. */
function pointAlong(points: { x: number; y: number }[], share: number) {
  const lengths = points
    .slice(1)
    .map((point, k) => Math.hypot(point.x - (points[k]?.x ?? 0), point.y - (points[k]?.y ?? 0)));
  let left = lengths.reduce((a, b) => a + b, 0) * share;
  for (const [k, length] of lengths.entries()) {
    const [from, to] = [points[k], points[k + 1]];
    if (!from || !to) break;
    if (left <= length) {
      const part = length === 0 ? 0 : left / length;
      return {
        passed: points.slice(0, k + 1),
        point: { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part },
      };
    }
    left -= length;
  }
  return { passed: points, point: points.at(-1) ?? { x: 0, y: 0 } };
}

/** The corners of the path from the total to its cell: round the grid, through cells still to come. */
export function findValuePath(
  frame: Pick<StageFrame, 'layout' | 'totalRect' | 'row' | 'col'> & { current: GridPlace },
): { x: number; y: number }[] {
  const { layout, totalRect, row, col, current } = frame;
  const { view, place } = current;
  const inside = (value: number, from: number, size: number) => clamp(value, from + 2, from + size - 2);
  const x = inside(view.x + (col + 0.5) * view.cell, place.x, place.width);
  const y = inside(view.y + (row + 0.5) * view.cell, place.y, place.height);
  const half = Math.min(view.cell / 2, 12) + (view.cell < 6 ? 3 : 1);
  const middle = centerOf(totalRect).y;
  if (layout.ledger === 'boxes') {
    const turn = (totalRect.x + totalRect.width + place.x) / 2;
    const below = Math.min(place.y + place.height + 7, layout.height - 2);
    return [
      { x: totalRect.x + totalRect.width, y: middle },
      { x: turn, y: middle },
      { x: turn, y: below },
      { x, y: below },
      { x, y: y + cellHalf(view.cell, half) },
    ];
  }
  if (layout.pathFrom === 'right') {
    const { card, pathTurn } = layout;
    const end = { x: x + cellHalf(view.cell, half), y };
    if (!card) {
      const start = { x: totalRect.x + totalRect.width / 2, y: totalRect.y + totalRect.height };
      return [
        start,
        { x: start.x, y: start.y + 6 },
        { x: pathTurn, y: start.y + 6 },
        { x: pathTurn, y },
        end,
      ];
    }
    const lanes = layout.lanes.map(({ products }) => products);
    if (lanes.every((products) => card.y >= products.y + products.height))
      return [{ x: card.x, y: middle }, { x: pathTurn, y: middle }, { x: pathTurn, y }, end];
    // The card stands beside the lanes: the way goes below them.
    const under = Math.max(card.y + card.height, ...lanes.map((rect) => rect.y + rect.height)) + 10;
    const down = card.x + card.width / 2;
    return [
      { x: down, y: card.y + card.height },
      { x: down, y: under },
      { x: pathTurn, y: under },
      { x: pathTurn, y },
      end,
    ];
  }
  const right = layout.card ? layout.card.x + layout.card.width : totalRect.x + totalRect.width;
  const below = place.y + place.height + 9;
  return [
    { x: right, y: middle },
    { x: layout.pathTurn, y: middle },
    { x: layout.pathTurn, y: below },
    { x, y: below },
    { x, y: y + cellHalf(view.cell, half) },
  ];
}

/** Half a cell, or what keeps a small one in sight. */
function cellHalf(cell: number, least: number) {
  return Math.max(cell / 2, Math.min(least, 4)) + 2;
}
