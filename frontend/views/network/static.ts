/** Paints what a network is: its edges with their shapes, and its nodes. */

import type { Context2D } from '../shared/drawing.ts';
import { cssFont, paintCenteredText } from '../shared/drawing.ts';
import { overlap } from '../shared/rects.ts';
import type { NetworkFrame } from './frame.ts';
import type { ConnectionPath } from './layout.ts';
import { edgeText } from './layout.ts';
import type { NodeBitmaps } from './node_bitmaps.ts';
import { seenRect, toCanvas } from './viewport.ts';

/** How far nodes and edges fade that a cell does not lead to. */
const FADED = 0.28;
const ARROW = 5;
/** From this scale on there is room for shapes on edges, in type of at least so many CSS pixels. */
const LABELLED = 0.6;
const LEAST_TYPE = 9.5;

/** In CSS pixels; returns whether a later frame has more to paint. */
export function paintNetwork(context: Context2D, frame: NetworkFrame, bitmaps: NodeBitmaps): boolean {
  const { colors, size } = frame;
  context.fillStyle = colors.ground;
  context.fillRect(0, 0, size.width, size.height);
  paintConnections(context, frame);
  context.save();
  const more = bitmaps.paint(context, frame, ({ node, box }) => {
    const { x, y } = toCanvas(frame.zoom, size, box.x, box.y);
    context.restore();
    context.save();
    context.globalAlpha = leadsTo(frame, node.outputs) ? 1 : FADED;
    // On whole pixels bitmaps stay sharp.
    const ratio = frame.pixelRatio;
    context.translate(Math.round(x * ratio) / ratio, Math.round(y * ratio) / ratio);
    context.scale(frame.zoom.scale, frame.zoom.scale);
  });
  context.restore();
  return more;
}

/** Whether the cell that is followed leads to one of these edges, or none is followed. */
export function leadsTo({ followed }: NetworkFrame, edges: { name: string }[]) {
  if (!followed) return true;
  return edges.some(({ name }) => followed.byEdge.has(name) || name === followed.cell.edge);
}

function paintConnections(context: Context2D, frame: NetworkFrame) {
  const { zoom, size, layout, colors } = frame;
  const seen = seenRect(zoom, size);
  const visible = layout.connections.filter(({ bounds }) => overlap(bounds, seen));
  context.save();
  context.translate(size.width / 2, size.height / 2);
  context.scale(zoom.scale, zoom.scale);
  context.translate(-zoom.x, -zoom.y);
  for (const path of visible) paintConnection(context, frame, path);
  context.globalAlpha = 1;
  if (zoom.scale >= LABELLED) {
    context.font = cssFont(Math.max(11, LEAST_TYPE / zoom.scale));
    for (const { connection, label } of visible) {
      const text = edgeText(connection.edge);
      const width = context.measureText(text).width + 6;
      context.fillStyle = colors.ground;
      context.fillRect(label.x - width / 2, label.y - 8, width, 16);
      context.fillStyle = colors.muted;
      paintCenteredText(context, text, label.x, label.y);
    }
  }
  // Over the shapes, where these leave little room.
  for (const path of visible) {
    styleConnection(context, frame, path);
    paintArrow(context, path.points);
  }
  context.globalAlpha = 1;
  context.restore();
}

function paintConnection(context: Context2D, frame: NetworkFrame, path: ConnectionPath) {
  styleConnection(context, frame, path);
  tracePath(context, path.points);
  context.stroke();
}

function styleConnection(context: Context2D, frame: NetworkFrame, { connection }: ConnectionPath) {
  const { colors, followed, zoom } = frame;
  const lit = followed !== null && isOnPath(frame, connection);
  context.globalAlpha = followed && !lit ? FADED : 1;
  context.strokeStyle = lit ? colors.accent : colors.muted;
  context.lineWidth = (lit ? 2.5 : 1.25) / Math.min(zoom.scale, 1);
}

function isOnPath({ followed, graph }: NetworkFrame, { to, edge }: ConnectionPath['connection']) {
  const makes = graph.nodes[to]?.outputs ?? [];
  const has = (name: string) => followed?.byEdge.has(name) || followed?.cell.edge === name;
  return has(edge.name) && makes.some(({ name }) => has(name));
}

/** A smooth line through the points. */
function tracePath(context: Context2D, points: { x: number; y: number }[]) {
  const [first, ...rest] = points;
  const last = rest.at(-1);
  if (!first || !last) return;
  context.beginPath();
  context.moveTo(first.x, first.y);
  rest.slice(0, -1).forEach((point, i) => {
    const next = rest[i + 1] ?? last;
    const isEnd = i === rest.length - 2;
    const end = isEnd ? last : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 };
    context.quadraticCurveTo(point.x, point.y, end.x, end.y);
  });
  context.lineTo(last.x, last.y);
}

function paintArrow(context: Context2D, points: { x: number; y: number }[]) {
  const [from, to] = points.slice(-2);
  if (!from || !to) return;
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const [dx, dy] = [((to.x - from.x) / length) * ARROW, ((to.y - from.y) / length) * ARROW];
  context.fillStyle = context.strokeStyle;
  context.beginPath();
  context.moveTo(to.x, to.y);
  context.lineTo(to.x - 1.6 * dx - dy, to.y - 1.6 * dy + dx);
  context.lineTo(to.x - 1.6 * dx + dy, to.y - 1.6 * dy - dx);
  context.fill();
}
