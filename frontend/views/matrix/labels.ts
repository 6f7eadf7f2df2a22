/** Labels beside the rows and above the columns: all where they have room, else those at work. */

import type { Context2D } from '../shared/drawing.ts';
import { cssFont, paintCenteredText, paintText } from '../shared/drawing.ts';
import type { MatrixPane } from '../shared/matrix_viewport.ts';
import { visibleCells } from '../shared/matrix_viewport.ts';
import { clamp } from '../shared/rects.ts';
import type { MatrixAxis } from './axes.ts';
import { labelRoom } from './layout.ts';
import type { AxisName, ProductFrame } from './product_frame.ts';

/** The sizes of type above columns, the better one first. */
const SIZES = [11, 10] as const;

/** The least height of a row with a label beside it. */
const LABELLED_ROW = 12;

/** Between two labels. */
const AIR = 3;

type Labelled = Pick<ProductFrame, 'panes' | 'axes' | 'layout' | 'colors'>;

/** The rows and columns at work. */
export type Work = Partial<Record<AxisName, number[]>>;

export function paintLabels(context: Context2D, frame: Labelled) {
  context.fillStyle = frame.colors.muted;
  for (const { pane, axis } of columnLabels(frame)) {
    if (!setColumnFont(context, frame, pane, axis)) continue;
    const { left, right } = visibleCells(pane);
    for (let n = left; n < right; n++) paintColumnLabel(context, frame, pane, axis, n);
  }
  for (const { pane, axis } of rowLabels(frame)) {
    if (pane.size[0] < labelledRow(frame)) continue;
    const { top, bottom } = visibleCells(pane);
    setRowFont(context, frame);
    for (let r = top; r < bottom; r++) paintRowLabel(context, frame, pane, axis, r);
  }
}

/** Names what is at work where there is no room for all labels. */
export function paintLabelsAtWork(context: Context2D, frame: Labelled, work: Work) {
  context.fillStyle = frame.colors.accent;
  for (const { name, pane, axis } of columnLabels(frame)) {
    if (setColumnFont(context, frame, pane, axis)) continue;
    const { left, right } = visibleCells(pane);
    context.font = cssFont(columnSizes(frame).at(-1) ?? SIZES[1], 600);
    const wanted = (work[name] ?? []).filter((n) => n >= left && n < right);
    const width = context.measureText(axis.widest).width + AIR;
    for (const n of thinOut(wanted, width / pane.size[1])) paintColumnLabel(context, frame, pane, axis, n);
  }
  for (const { name, pane, axis } of rowLabels(frame)) {
    if (pane.size[0] >= labelledRow(frame)) continue;
    const { top, bottom } = visibleCells(pane);
    setRowFont(context, frame, 600);
    const wanted = (work[name] ?? []).filter((r) => r >= top && r < bottom);
    for (const r of thinOut(wanted, labelledRow(frame) / pane.size[0]))
      paintRowLabel(context, frame, pane, axis, r);
  }
}

/** Leaves out what is nearer than `distance` to the one before. */
export function thinOut(indices: number[], distance: number): number[] {
  const kept: number[] = [];
  for (const index of [...indices].sort((a, b) => a - b))
    if (index - (kept.at(-1) ?? -Infinity) >= distance) kept.push(index);
  return kept;
}

interface LabelledAxis {
  name: AxisName;
  pane: MatrixPane;
  axis: MatrixAxis;
}

function columnLabels({ panes, axes }: Labelled): LabelledAxis[] {
  return labelled(axes, [panes.left, panes.right, panes.product], 1);
}

/** The product has the rows of the left matrix, which are named beside it where it stands in a line below. */
function rowLabels({ panes, axes }: Labelled): LabelledAxis[] {
  const { left, right, product } = panes;
  const isBelow = product.place.y >= right.place.y + right.place.height;
  return labelled(axes, isBelow ? [left, right, product] : [left, right], 0);
}

function labelled(axes: Labelled['axes'], panes: MatrixPane[], direction: 0 | 1): LabelledAxis[] {
  return panes.flatMap((pane) => {
    const name = pane.axes[direction] as AxisName;
    const axis = axes[name];
    return axis ? [{ name, pane, axis }] : [];
  });
}

function labelledRow({ layout }: Labelled) {
  return LABELLED_ROW * layout.scale;
}

/** For the back of a room the smaller one would be too small. */
function columnSizes({ layout: { scale } }: Labelled): readonly number[] {
  return scale > 1 ? [SIZES[0] * scale] : SIZES;
}

/** Returns whether the labels of all columns have room. */
function setColumnFont(context: Context2D, frame: Labelled, { size }: MatrixPane, { widest }: MatrixAxis) {
  return columnSizes(frame).some((type) => {
    context.font = cssFont(type);
    return context.measureText(widest).width + AIR <= size[1];
  });
}

function setRowFont(context: Context2D, { layout }: Labelled, weight = 400) {
  context.font = cssFont(layout.narrow ? 10 : 11 * layout.scale, weight);
}

function paintColumnLabel(
  context: Context2D,
  { layout }: Labelled,
  { place, left, size }: MatrixPane,
  axis: MatrixAxis,
  n: number,
) {
  const text = axis.label(n, true);
  const half = context.measureText(text).width / 2;
  // Not over the labels of the rows.
  const x = clamp(place.x + (n - left + 0.5) * size[1], place.x + half, layout.width - half);
  paintCenteredText(context, text, x, place.y - labelRoom(layout).above / 2);
}

function paintRowLabel(
  context: Context2D,
  { layout }: Labelled,
  { place, top, size }: MatrixPane,
  axis: MatrixAxis,
  r: number,
) {
  const room = layout.narrow ? place.x - 5 : labelRoom(layout).beside - 4;
  const text = axis.label(r, layout.narrow);
  paintText(context, text, 'right', place.x - 4, place.y + (r - top + 0.5) * size[0], room);
}
