/** What joins the parts of a sentence: ribbons from window to kernel, funnels from products to sums. */

import type { Rect } from '../../model/types.ts';
import type { Context2D } from '../shared/drawing.ts';
import { strokeLine } from '../shared/drawing.ts';
import { centerOf } from '../shared/rects.ts';
import type { ChannelFrame, ChannelRow } from './channel_frame.ts';
import { isComposite } from './input_plane.ts';
import { namesHeight, paintTimes } from './lane.ts';
import { hueOf, planeOfRow, windowOutline } from './window.ts';

const FILL = 0.1;
const LINE = 0.45;

/** Paints a ribbon from the window to the loupe or the kernel, on the side that faces it. */
export function paintRibbon(context: Context2D, frame: ChannelFrame, row: ChannelRow) {
  paintBandFromWindow(context, frame, row);
  if (!row.lane.loupe) paintTimes(context, frame, row.lane);
}

function paintBandFromWindow(context: Context2D, frame: ChannelFrame, row: ChannelRow) {
  const plane = planeOfRow(frame, row);
  const from = plane && windowOutline(frame, plane);
  if (!from || !plane) return;
  // Of the channels that share the large plane only the one that it shows is read there.
  if (plane.channel !== row.channel && !isComposite(frame, plane)) return;
  const { loupe, kernel, products } = row.lane;
  const edge = plane.place;
  const part = loupe ?? kernel ?? products;
  // Beside a large plane the lane begins with its rail.
  const railed = frame.layout.plane !== null && row.lane.rail.x >= edge.x + edge.width;
  const to = railed ? { ...part, x: row.lane.rail.x } : part;
  const hue = hueOf(frame, row.channel);
  if (to.x >= edge.x + edge.width - 1) {
    if (isComposite(frame, plane)) return paintBeam(context, frame, row, from, edge, to);
    paintGuides(context, hue, [
      [from.x + from.width, from.y, edge.x + edge.width, from.y],
      [from.x + from.width, from.y + from.height, edge.x + edge.width, from.y + from.height],
    ]);
    const clear = pastThumbnails(frame, edge, to);
    const start = { ...from, x: clear.x, width: clear.width };
    paintBand(context, hue, row.active, horizontalBand(start, clear, to));
  } else if (to.y >= edge.y + edge.height - 1) {
    paintGuides(context, hue, [
      [from.x, from.y + from.height, from.x, edge.y + edge.height],
      [from.x + from.width, from.y + from.height, from.x + from.width, edge.y + edge.height],
    ]);
    const names = namesHeight(frame, row.lane);
    // On a phone the names above the kernel are wider than it: the band ends above them.
    const band =
      frame.layout.family === 'phone'
        ? verticalBand(from, edge, { ...to, y: to.y - names })
        : verticalBand(from, edge, to, names);
    paintBand(context, hue, row.active, band);
    if (!row.lane.upright) paintTimes(context, frame, row.lane);
  }
}

/** A plane together with the thumbnails that stand between it and what its window leads to. */
function pastThumbnails({ layout }: ChannelFrame, edge: Rect, to: Rect): Rect {
  const right = edge.x + edge.width;
  const between = layout.thumbnails.filter(({ x, width }) => x >= right && x + width < to.x);
  const end = Math.max(right, ...between.map(({ x, width }) => x + width + 4));
  return { ...edge, width: end - edge.x };
}

/** Paints thin lines between cells, from the window to the edge of its plane. */
function paintGuides(context: Context2D, hue: string, lines: [number, number, number, number][]) {
  context.strokeStyle = hue;
  context.globalAlpha = LINE;
  context.lineWidth = 1;
  for (const line of lines) strokeLine(context, ...line);
  context.globalAlpha = 1;
}

/** Paints a beam from a window on a picture: thin lines over the picture, and a band beside it. */
function paintBeam(
  context: Context2D,
  frame: ChannelFrame,
  row: ChannelRow,
  from: Rect,
  edge: Rect,
  to: Rect,
) {
  const right = edge.x + edge.width;
  const start = from.x + from.width;
  const lineAt = (x: number, y0: number, y1: number) =>
    y0 + ((y1 - y0) * (x - start)) / Math.max(to.x - start, 1);
  const sidesAt = (x: number) => [lineAt(x, from.y, to.y), lineAt(x, from.y + from.height, to.y + to.height)];
  const [top = 0, bottom = 0] = sidesAt(right);
  context.strokeStyle = '#ffffff';
  context.globalAlpha = 0.55;
  context.lineWidth = 1;
  strokeLine(context, start, from.y, right, top);
  strokeLine(context, start, from.y + from.height, right, bottom);
  context.globalAlpha = row.active ? FILL * 1.6 : FILL;
  context.fillStyle = hueOf(frame, row.channel);
  context.beginPath();
  const clear = pastThumbnails(frame, edge, to);
  const begin = clear.x + clear.width;
  const [above = 0, below = 0] = sidesAt(begin);
  context.moveTo(begin + 1, above);
  context.lineTo(to.x - 1, to.y);
  context.lineTo(to.x - 1, to.y + to.height);
  context.lineTo(begin + 1, below);
  context.fill();
  context.globalAlpha = 1;
}

/** Paints the funnel from the products to their sum. */
export function paintFunnel(context: Context2D, frame: ChannelFrame, row: ChannelRow) {
  const { products, line } = row.lane;
  const hue = hueOf(frame, row.channel);
  if (frame.layout.ledger === 'equation' && frame.layout.family !== 'phone') {
    const band = verticalBand(products, products, line);
    paintBand(context, hue, row.active, band);
  } else if (line.x >= products.x + products.width) {
    paintBand(context, hue, row.active, horizontalBand(products, products, line));
  } else if (frame.layout.family !== 'phone') paintDetour(context, frame, row, hue);
}

type Corner = [x: number, y: number];
/** Two sides, each from one end of the band to the other; straight: what its last part has in length. */
type Band = { sides: [Corner, Corner][]; vertical: boolean; straight: number };

function horizontalBand(from: Rect, edge: Rect, to: Rect): Band {
  const x0 = from === edge ? edge.x + edge.width + 2 : Math.min(from.x + from.width, edge.x + edge.width);
  return {
    vertical: false,
    straight: 0,
    sides: [
      [
        [x0, from.y],
        [to.x - 1, to.y],
      ],
      [
        [x0, from.y + from.height],
        [to.x - 1, to.y + to.height],
      ],
    ],
  };
}

/** straight: the height above `to` within which the band keeps to its width, so that it crosses no name. */
function verticalBand(from: Rect, edge: Rect, to: Rect, straight = 0): Band {
  const y0 = edge.y + edge.height + 1;
  return {
    vertical: true,
    straight: Math.min(straight, Math.max(to.y - y0 - 2, 0)),
    sides: [
      [
        [from.x, y0],
        [to.x, to.y - 1],
      ],
      [
        [from.x + from.width, y0],
        [to.x + to.width, to.y - 1],
      ],
    ],
  };
}

/** Continues a path along a side: to its other end, or back. */
function traceSide(context: Context2D, [[x0, y0], [x1, end]]: [Corner, Corner], band: Band, back = false) {
  const y1 = end - band.straight;
  const [mx, my] = [(x0 + x1) / 2, (y0 + y1) / 2];
  const [one, other]: [Corner, Corner] = band.vertical
    ? [
        [x0, my],
        [x1, my],
      ]
    : [
        [mx, y0],
        [mx, y1],
      ];
  if (back) {
    context.lineTo(x1, end);
    context.lineTo(x1, y1);
    context.bezierCurveTo(...other, ...one, x0, y0);
  } else {
    context.moveTo(x0, y0);
    context.bezierCurveTo(...one, ...other, x1, y1);
    context.lineTo(x1, end);
  }
}

function paintBand(context: Context2D, hue: string, active: boolean, band: Band) {
  const [one, other] = band.sides;
  if (!one || !other) return;
  context.fillStyle = hue;
  context.globalAlpha = active ? FILL * 1.6 : FILL;
  context.beginPath();
  traceSide(context, one, band);
  traceSide(context, other, band, true);
  context.fill();
  context.globalAlpha = active ? LINE * 1.6 : LINE;
  context.strokeStyle = hue;
  context.lineWidth = 1;
  context.beginPath();
  traceSide(context, one, band);
  traceSide(context, other, band);
  context.stroke();
  context.globalAlpha = 1;
}

/** Paints the way from products to a ledger below the lanes: along the right side of the lanes. */
function paintDetour(
  context: Context2D,
  { layout }: ChannelFrame,
  { lane, slot, active }: ChannelRow,
  hue: string,
) {
  const { products, line } = lane;
  const [from, to] = [centerOf(products).y, centerOf(line).y];
  if (!layout.card || to < from) return;
  const end = layout.card.x + layout.card.width;
  const x = Math.max(products.x + products.width, end) + 12 + 8 * slot;
  context.strokeStyle = hue;
  context.globalAlpha = active ? 1 : 0.7;
  context.lineWidth = active ? 2 : 1.5;
  context.beginPath();
  context.moveTo(products.x + products.width + 3, from);
  context.lineTo(x - 4, from);
  context.quadraticCurveTo(x, from, x, from + 4);
  context.lineTo(x, to - 4);
  context.quadraticCurveTo(x, to, x - 4, to);
  context.lineTo(end + 6, to);
  context.stroke();
  context.beginPath();
  context.moveTo(end + 1, to);
  context.lineTo(end + 8, to - 4);
  context.lineTo(end + 8, to + 4);
  context.fillStyle = hue;
  context.fill();
  context.globalAlpha = 1;
}
