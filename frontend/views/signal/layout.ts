/** Where the parts of a layer of signals lie: lanes of channels above one another, the output below. Pure. */

import type { Rect } from '../../model/types.ts';
import { clamp } from '../shared/rects.ts';
import { readableCell } from '../shared/text_fit.ts';

export interface SignalSubject {
  /** Positions of the axis. */
  first: number;
  last: number;
  /** Columns that one window takes, the cells above and below it included. */
  reach: number;
  /** Input channels of a step. */
  channels: number;
  weighted: boolean;
  biased: boolean;
  /** There are sums beside the lanes: not where stamps are added below. */
  summed: boolean;
  /** Stamps of several channels are added up in a row of their own. */
  stamped: boolean;
  /** Output channels other than the one at work. */
  others: number;
  /** The longest text of a cell. */
  chars: number;
}

export interface SignalLane {
  /** Of the whole lane. */
  rail: Rect;
  plot: Rect;
  /** Where the indices stand. */
  indices: Rect;
  kernel: Rect | null;
  products: Rect;
  sum: Rect | null;
  running: Rect | null;
}

export interface SignalLayout {
  width: number;
  height: number;
  family: 'signal';
  /** The width of a column. */
  cell: number;
  kernelCell: number;
  outputCell: number;
  /** Columns in sight, and the most that a page moves by. */
  columns: number;
  pageStep: number;
  /** The left edge of the first column. */
  left: number;
  /** Room for names on the left; on a phone names stand above. */
  gutter: number;
  /** The size of names, and of indices. */
  type: number;
  indexType: number;
  lanes: SignalLane[];
  /** The whole signal in small, where only a part is in sight. */
  overview: Rect | null;
  /** The stamps of all channels added up. */
  stamps: Rect | null;
  output: Rect;
  outputIndices: Rect;
  /** The heading of the output, where its chooser stands. */
  outputHeading: Rect;
  /** Rows for the outputs of other channels, where there is room. */
  others: Rect[];
  bias: Rect | null;
  total: Rect;
}

interface Size {
  width: number;
  height: number;
}

const MARGIN = 10;
/** Below this width names stand above their plots. */
const COMPACT = 700;
const INDEX_ROW = 15;
const ROW_GAP = 4;
const LANE_GAP = 20;
/** The height of a name above its number, where there is no room beside it. */
export const NAME_ABOVE = 14;
const OVERVIEW = 34;
const LARGEST = { cell: 96, presented: 120, plot: 190, share: 0.3 };
const LEAST_PLOT = 60;
const HEADING = 28;
/** The width of the output's heading with its chooser, in its type. */
const HEADING_EMS = 27;
/** The output's plot is a little higher than an input's. */
const OUTPUT_SHARE = 1.15;
const MAX_OTHERS = 3;

export function layOutSignals(subject: SignalSubject, size: Size, presenting = false): SignalLayout {
  const compact = size.width < COMPACT;
  const scale = clamp(Math.min(size.width / 1302, size.height / 600), 0.92, 1.4) * (presenting ? 1.2 : 1);
  const type = compact ? 12 : 13 * scale;
  const indexType = Math.max(10.5, type - 2.5);
  const indexRow = Math.max(INDEX_ROW, Math.ceil(0.95 * indexType));
  const margin = compact ? 6 : MARGIN;
  const gutter = compact ? MARGIN : Math.round(104 * scale);
  const sums = subject.summed ? Math.round(compact ? 60 : 132 * scale) : 0;
  const room = size.width - gutter - sums - (sums ? 2 : 1) * margin;
  const count = Math.ceil(subject.last - subject.first) + 1;
  const least = readableCell(subject.chars);
  const largest = presenting ? LARGEST.presented : LARGEST.cell;
  const cell = Math.floor(clamp(room / count, least, Math.max(largest, least)));
  const columns = Math.max(1, Math.min(count, Math.floor(room / cell)));
  const row = clamp(cell * 0.62, 22, 40);
  const left = gutter + Math.floor((room - columns * cell) / 2);
  const heights = laneHeights(subject, size, { compact, type, row, indexRow, paged: columns < count });
  const width = columns * cell;
  const beside = left + width + margin;
  let y = heights.top;
  const overview = columns < count ? { x: left, y: y - OVERVIEW, width, height: OVERVIEW - 10 } : null;
  const lanes = Array.from({ length: heights.lanes }, (): SignalLane => {
    const lane = placeLane({ left, width, y: y + heights.name, row, indexRow, plot: heights.plot, subject });
    const middle = lane.products.y + lane.products.height / 2;
    const box = (top: number) => ({ x: beside, y: top, width: sums, height: row });
    y = lane.products.y + row + heights.gap;
    return {
      ...lane,
      sum: sums ? box(middle - row / 2) : null,
      running: sums && subject.channels > 1 ? { ...box(middle + row / 2 + 2), height: LANE_GAP - 4 } : null,
    };
  });
  const stamps = subject.stamped ? { x: left, y, width, height: row } : null;
  if (stamps) y += row + heights.gap;
  const outputHeading = compact
    ? { x: MARGIN, y, width: size.width - 2 * MARGIN, height: HEADING }
    : { x: left, y, width: Math.min(size.width - left, Math.round(type * HEADING_EMS)), height: HEADING };
  const output = { x: left, y: y + outputHeading.height, width, height: heights.output };
  const outputIndices = { x: left, y: output.y + output.height, width, height: indexRow };
  const above = compact ? NAME_ABOVE : 0;
  const firstOther = outputIndices.y + indexRow + ROW_GAP + above;
  const others = Array.from({ length: heights.others }, (_, k) => ({
    x: left,
    y: firstOther + k * heights.otherPitch,
    width,
    height: heights.otherRow,
  }));
  const bottom = others.at(-1) ?? outputIndices;
  const foot = (line: number) => {
    return { x: beside, y: output.y + above + line * (row + 6 + above), width: sums, height: row };
  };
  return {
    width: size.width,
    height: Math.max(size.height, bottom.y + bottom.height + 4),
    family: 'signal',
    cell,
    kernelCell: cell,
    outputCell: cell,
    columns,
    pageStep: Math.max(1, columns - Math.ceil(subject.reach)),
    left,
    gutter,
    type,
    indexType,
    lanes,
    overview,
    stamps,
    output,
    outputIndices,
    outputHeading,
    others,
    bias: subject.summed && subject.biased ? foot(0) : null,
    total: subject.summed ? foot(subject.biased ? 1 : 0) : { ...output, width: 0 },
  };
}

interface Rows {
  compact: boolean;
  type: number;
  row: number;
  indexRow: number;
  /** Whether the columns do not all fit. */
  paged: boolean;
}

/** As many lanes as there is room for, and what is left over for their plots. */
function laneHeights(
  subject: SignalSubject,
  { height }: Size,
  { compact, type, row, indexRow, paged }: Rows,
) {
  const name = compact ? Math.round(type * 1.6) : 2;
  const rows = subject.weighted ? 2 : 1;
  const fixed = name + indexRow + rows * (row + ROW_GAP);
  const top = MARGIN + (paged ? OVERVIEW : 0);
  const otherRow = Math.round(clamp(row * 0.75, 20, 28));
  const otherPitch = otherRow + ROW_GAP + (compact ? NAME_ABOVE : 0);
  let others = Math.min(subject.others, MAX_OTHERS);
  const below = () =>
    HEADING + indexRow + MARGIN + (subject.stamped ? row + LANE_GAP : 0) + others * otherPitch;
  const plotFor = (lanes: number) =>
    (height - top - below() - lanes * (fixed + LANE_GAP)) / (lanes + OUTPUT_SHARE);
  let lanes = subject.channels;
  while (others > 0 && plotFor(lanes) < LEAST_PLOT) others -= 1;
  while (lanes > 1 && plotFor(lanes) < LEAST_PLOT) lanes -= 1;
  const plot = Math.floor(clamp(plotFor(lanes), LEAST_PLOT, Math.max(LARGEST.plot, height * LARGEST.share)));
  const output = Math.floor(plot * OUTPUT_SHARE);
  const used = top + below() + lanes * (fixed + plot + LANE_GAP) + output;
  const spare = clamp((height - used) / (lanes + 1), 0, 26);
  return {
    name,
    lanes,
    plot,
    output,
    others,
    otherRow,
    otherPitch,
    gap: LANE_GAP + spare,
    top: top + spare / 2,
  };
}

interface LanePlace {
  left: number;
  width: number;
  y: number;
  row: number;
  indexRow: number;
  plot: number;
  subject: SignalSubject;
}

function placeLane({ left, width, y, row, indexRow, plot, subject }: LanePlace) {
  const indices = { x: left, y: y + plot, width, height: indexRow };
  const below = indices.y + indexRow + ROW_GAP;
  const kernel = subject.weighted ? { x: left, y: below, width, height: row } : null;
  const products = { x: left, y: kernel ? below + row + ROW_GAP : below, width, height: row };
  const rail = { x: left - 8, y, width: 4, height: products.y + row - y };
  return { rail, plot: { x: left, y, width, height: plot }, indices, kernel, products };
}
