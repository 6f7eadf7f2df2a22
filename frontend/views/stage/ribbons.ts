/** What joins the parts of a sentence: ribbons from window to kernel, funnels from products to sums. */

import type { Rect } from '../../model/types.ts';
import type { Context2D } from '../shared/drawing.ts';
import { strokeLine } from '../shared/drawing.ts';
import { centerOf } from '../shared/rects.ts';
import type { ChannelFrame, ChannelRow } from './channel_frame.ts';
import { isComposite } from './input_plane.ts';
import { hueOf, planeOfRow, windowOutline } from './window.ts';

const FILL = 0.1;
const LINE = 0.45;

/** Paints a ribbon from the window to the loupe or the kernel, on the side that faces it. */
export function paintRibbon(context: Context2D, frame: ChannelFrame, row: ChannelRow) {
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
    const start = { ...from, x: edge.x, width: edge.width };
    paintBand(context, hue, row.active, horizontalBand(start, edge, to));
  } else if (to.y >= edge.y + edge.height - 1) {
    paintGuides(context, hue, [
      [from.x, from.y + from.height, from.x, edge.y + edge.height],
      [from.x + from.width, from.y + from.height, from.x + from.width, edge.y + edge.height],
    ]);
    paintBand(context, hue, row.active, verticalBand(from, edge, to));
  }
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
  const share = (right - start) / Math.max(to.x - start, 1);
  const at = (y0: number, y1: number) => y0 + (y1 - y0) * share;
  const [top, bottom] = [at(from.y, to.y), at(from.y + from.height, to.y + to.height)];
  context.strokeStyle = '#ffffff';
  context.globalAlpha = 0.55;
  context.lineWidth = 1;
  strokeLine(context, start, from.y, right, top);
  strokeLine(context, start, from.y + from.height, right, bottom);
  context.globalAlpha = row.active ? FILL * 1.6 : FILL;
  context.fillStyle = hueOf(frame, row.channel);
  context.beginPath();
  context.moveTo(right + 1, top);
  context.lineTo(to.x - 1, to.y);
  context.lineTo(to.x - 1, to.y + to.height);
  context.lineTo(right + 1, bottom);
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
/** Two sides, each from one end of the band to the other. */
type Band = { sides: [Corner, Corner][]; vertical: boolean };

function horizontalBand(from: Rect, edge: Rect, to: Rect): Band {
  const x0 = from === edge ? edge.x + edge.width + 2 : Math.min(from.x + from.width, edge.x + edge.width);
  return {
    vertical: false,
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

function verticalBand(from: Rect, edge: Rect, to: Rect): Band {
  const y0 = edge.y + edge.height + 1;
  return {
    vertical: true,
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

function traceSide(
  context: Context2D,
  [[x0, y0], [x1, y1]]: [Corner, Corner],
  vertical: boolean,
  join: boolean,
) {
  if (join) context.lineTo(x0, y0);
  else context.moveTo(x0, y0);
  const [mx, my] = [(x0 + x1) / 2, (y0 + y1) / 2];
  if (vertical) context.bezierCurveTo(x0, my, x1, my, x1, y1);
  else context.bezierCurveTo(mx, y0, mx, y1, x1, y1);
}

function paintBand(
  context: Context2D,
  hue: string,
  active: boolean,
  { sides: [one, other], vertical }: Band,
) {
  if (!one || !other) return;
  context.fillStyle = hue;
  context.globalAlpha = active ? FILL * 1.6 : FILL;
  context.beginPath();
  traceSide(context, one, vertical, false);
  traceSide(context, [other[1], other[0]], vertical, true);
  context.fill();
  context.globalAlpha = active ? LINE * 1.6 : LINE;
  context.strokeStyle = hue;
  context.lineWidth = 1;
  context.beginPath();
  traceSide(context, one, vertical, false);
  traceSide(context, other, vertical, false);
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
