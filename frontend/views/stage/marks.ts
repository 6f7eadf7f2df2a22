/** Which entry of the legend explains what lies under a point, or what marks a cell. Pure. */

import { containsPoint, tapInOrder } from '../../model/geometry.ts';
import type { Cell } from '../../model/relations.ts';
import type { Rect } from '../../model/types.ts';
import { growRect } from '../shared/rects.ts';
import type { MatrixEntry } from '../shared/view.ts';
import type { ChannelFrame, ChannelRow } from './channel_frame.ts';
import type { StageFrame } from './frame.ts';
import { headingSize } from './headings.ts';
import { hitChoice, hitTest } from './hit_test.ts';
import type { Heading, Lane, Point } from './layout.ts';

/** The id of an entry in templates/legend.html. */
export type LegendEntry = `mark-${Mark}` | `word-${Word}` | MatrixEntry;
type Mark = 'now' | 'channel' | 'dashed' | 'ghost' | 'zero' | 'hatched' | 'faded' | 'scale';
type Word = 'channel' | 'kernel' | 'window' | 'padding' | 'indices' | 'added';

const OF_HEADING: Record<Heading['name'], LegendEntry> = {
  input: 'word-channel',
  window: 'word-window',
  kernel: 'word-kernel',
  products: 'word-kernel',
  ledger: 'word-added',
  output: 'word-indices',
};

/** How far beside a thin line a press still means it, in CSS pixels. */
const REACH = 5;
/** The room that a channel's name has beside its rail. */
const NAME = 16;

/** Finds the entry for a mark that is no cell to ask, or a cell that has nothing else to answer. */
export function markUnder(frame: ChannelFrame, x: number, y: number): LegendEntry | null {
  if (hitChoice(frame, x, y)) return null;
  const cell = hitTest(frame, x, y);
  if (cell) return isAnswered(frame, cell) ? null : markOfCell(frame, cell);
  const heading = frame.layout.headings.find((place) => containsPoint(headingRect(frame, place), x, y));
  if (heading) return OF_HEADING[heading.name];
  if (frame.rows.some(({ lane }) => containsPoint(railRect(lane), x, y))) return 'mark-channel';
  if (frame.rows.some((row) => isFaded(frame, row) && hasGridAt(row.lane, x, y))) return 'mark-faded';
  return isNearPath(frame, x, y) ? 'mark-now' : null;
}

/** Finds the entry for what marks a cell: it is padding, never read, not at work, or has no number yet. */
export function markOfCell(frame: ChannelFrame, cell: Cell): LegendEntry | null {
  const { model, inChannels } = frame;
  const { plane, idleRows, idleCols, subject } = model;
  if (cell.grid === 'padding') return 'mark-zero';
  if (cell.grid === 'tap') return markOfTap(frame, cell);
  if (cell.grid === 'input') {
    if (idleRows.includes(cell.row + plane.top) || idleCols.includes(cell.col + plane.left))
      return 'mark-hatched';
    return inChannels.includes(cell.channel) || subject.perChannel ? null : 'mark-faded';
  }
  return cell.grid === 'output' && frame.view === 'stage' ? markOfOutput(frame, cell) : null;
}

function markOfTap(frame: ChannelFrame, cell: Cell): LegendEntry | null {
  const { step, model } = frame;
  if (isUnfinished(frame, cell)) return 'mark-dashed';
  if (!step || step.hasInput(cell.row, cell.col)) return null;
  return model.subject.gathered ? 'mark-dashed' : 'mark-zero';
}

function markOfOutput({ model, position, placedCount }: ChannelFrame, cell: Cell): LegendEntry | null {
  if (cell.channel !== position.outChannel) return null;
  const index = cell.row * model.summary.shapes.output[2] + cell.col;
  if (index < placedCount) return null;
  if (index === position.window) return 'mark-now';
  return model.subject.picture ? 'mark-ghost' : 'mark-dashed';
}

/** Whether a press on a cell does more than name its mark. */
function isAnswered(frame: ChannelFrame, cell: Cell) {
  return cell.grid !== 'padding' && !(cell.grid === 'tap' && isUnfinished(frame, cell));
}

/** Whether a product is still to come. */
function isUnfinished({ rows, model }: ChannelFrame, { channel, row, col }: Cell) {
  const lane = rows.find((each) => each.channel === channel);
  const [height, width] = model.subject.kernel;
  const order = tapInOrder(model.summary, height * width, row * width + col);
  return lane !== undefined && order >= Math.ceil(lane.products);
}

function headingRect(frame: ChannelFrame, { x, y, width }: Heading): Rect {
  const height = headingSize(frame) * 1.4;
  return { x, y: y - height / 2, width, height };
}

function railRect({ rail, upright }: Lane): Rect {
  const rect = growRect(rail, REACH);
  return upright ? { ...rect, width: rect.width + NAME } : { ...rect, height: rect.height + NAME };
}

function isFaded({ model, layout }: ChannelFrame, { index }: ChannelRow) {
  return index < 0 && !model.subject.perChannel && !layout.plane;
}

function hasGridAt({ kernel, products }: Lane, x: number, y: number) {
  return [kernel, products].some((rect) => rect !== null && containsPoint(rect, x, y));
}

/** Whether a point is near the way that the output's value takes. */
function isNearPath(frame: ChannelFrame, x: number, y: number) {
  const points = 'pathPoints' in frame ? (frame as StageFrame).pathPoints : [];
  return points.some((to, k) => {
    const from = points[k - 1];
    return from !== undefined && distance({ x, y }, from, to) <= REACH;
  });
}

/** From a point to a line that runs across or down. */
function distance({ x, y }: Point, from: Point, to: Point) {
  const beyond = (value: number, a: number, b: number) =>
    Math.max(Math.min(a, b) - value, value - Math.max(a, b), 0);
  return Math.hypot(beyond(x, from.x, to.x), beyond(y, from.y, to.y));
}
