/** Paints one node in the units of the graph: its name, its channels in small, its figures with bars. */

import { colorScale, pixelColor } from '../../model/color.ts';
import type { GraphNode } from '../../model/network.ts';
import { shapeText, shortCount } from '../../model/network.ts';
import type { SheetTensor } from '../../state/network_tensors.ts';
import type { Context2D } from '../shared/drawing.ts';
import { cssFont, fillRoundedRect, paintText, strokeRoundedRect } from '../shared/drawing.ts';
import { makeHeatMap, paintHeatMap } from '../shared/grid.ts';
import type { SheetLayout } from './contact_sheet.ts';
import { tileRect } from './contact_sheet.ts';
import type { NetworkFrame, NodeFrame } from './frame.ts';
import { BAR_LINE, figuresHeight, LINE, PADDING } from './layout.ts';

const RADIUS = 8;
/** The smallest type that is read on the screen, in CSS pixels. */
const LEAST_TYPE = 11.5;

export function paintNode(context: Context2D, frame: NetworkFrame, { node, box, sheet }: NodeFrame) {
  const { colors, detail } = frame;
  const whole = { x: 0.5, y: 0.5, width: box.width - 1, height: box.height - 1 };
  if (detail === 0 && !sheet) {
    fillRoundedRect(context, whole, RADIUS, node.scene ? frame.link : colors.muted);
    return;
  }
  fillRoundedRect(context, whole, RADIUS, colors.paper);
  strokeRoundedRect(context, whole, RADIUS, colors.line, 1);
  if (node.scene) fillRoundedRect(context, { x: 0, y: 10, width: 3, height: 20 }, 1.5, frame.link);
  if (box.sheet) paintSheet(context, frame, box.sheet, sheet, box.sheetX, box.sheetY);
  if (detail === 2) paintTexts(context, frame, node, box);
  else if (detail === 1) paintOutlines(context, frame, node, box);
}

/** The operator and the shape, as large as can be read from afar, and the bars without words. */
function paintOutlines(context: Context2D, frame: NetworkFrame, node: GraphNode, box: Boxed) {
  const { colors, zoom } = frame;
  const room = box.width - 2 * PADDING;
  context.font = cssFont(Math.min(LEAST_TYPE / zoom.scale, 26), 650);
  context.fillStyle = colors.text;
  paintText(context, titleOf(node), 'left', PADDING, 22, room);
  let y = box.height - PADDING / 2 - figuresHeight(node);
  context.font = cssFont(Math.min(LEAST_TYPE / zoom.scale, 19), 600);
  paintText(context, shapeText(node.outputs[0]?.shape), 'left', PADDING, y + LINE / 2, room);
  y += LINE;
  for (const [count, share] of figuresOf(node)) {
    if (count) paintBar(context, frame, share, y + 8, room, 8);
    if (count) y += BAR_LINE;
  }
}

function titleOf({ kind, name, op }: GraphNode) {
  return kind === 'input' ? name : op;
}

function figuresOf({ parameters, parameterShare, multiplyAdds, workShare }: GraphNode): [number, number][] {
  return [
    [parameters, parameterShare],
    [multiplyAdds, workShare],
  ];
}

type Boxed = { width: number; height: number };

function paintTexts(context: Context2D, frame: NetworkFrame, node: GraphNode, box: Boxed) {
  const { colors } = frame;
  const room = box.width - 2 * PADDING;
  context.font = cssFont(13.5, 650);
  context.fillStyle = colors.text;
  paintText(context, titleOf(node), 'left', PADDING, 15, room);
  context.font = cssFont(11.5);
  context.fillStyle = colors.muted;
  const second = node.kind === 'input' ? node.op : node.name;
  paintText(context, shortened(context, second, room), 'left', PADDING, 30, room);
  paintFigures(context, frame, node, box);
}

function paintFigures(context: Context2D, frame: NetworkFrame, node: GraphNode, box: Boxed) {
  const { colors } = frame;
  let y = box.height - PADDING / 2 - figuresHeight(node);
  context.font = cssFont(12, 600);
  context.fillStyle = colors.text;
  paintText(
    context,
    shapeText(node.outputs[0]?.shape),
    'left',
    PADDING,
    y + LINE / 2,
    box.width - 2 * PADDING,
  );
  y += LINE;
  const room = box.width - 2 * PADDING;
  figuresOf(node).forEach(([count, share], i) => {
    if (!count) return;
    context.font = cssFont(11);
    context.fillStyle = colors.muted;
    const key = i === 0 ? 'network.short.parameters' : 'network.short.work';
    paintText(context, frame.t(key, { count: shortCount(count) }), 'left', PADDING, y + 7, room);
    paintBar(context, frame, share, y + 16, room, 4);
    y += BAR_LINE;
  });
}

/** The share of a node in the whole network. */
function paintBar(
  context: Context2D,
  { colors, link }: NetworkFrame,
  share: number,
  y: number,
  width: number,
  height: number,
) {
  context.fillStyle = colors.soft;
  context.fillRect(PADDING, y, width, height);
  context.fillStyle = link;
  context.fillRect(PADDING, y, Math.max(width * share, 1), height);
}

/** The end of a path says more than its beginning. */
function shortened(context: Context2D, text: string, room: number) {
  if (context.measureText(text).width <= room) return text;
  let kept = text;
  while (kept.length > 1 && context.measureText(`…${kept}`).width > room) kept = kept.slice(1);
  return `…${kept}`;
}

function paintSheet(
  context: Context2D,
  frame: NetworkFrame,
  layout: SheetLayout,
  sheet: SheetTensor | null,
  x: number,
  y: number,
) {
  for (let channel = 0; channel < layout.shown; channel++) {
    const tile = tileRect(layout, channel);
    const rect = { ...tile, x: tile.x + x, y: tile.y + y };
    if (sheet) paintTile(context, frame, sheet, channel, rect);
    else {
      context.fillStyle = frame.colors.soft;
      context.fillRect(rect.x, rect.y, rect.width, rect.height);
    }
  }
}

type TileRect = { x: number; y: number; width: number; height: number };

/** One channel in the colours of its tensor. */
export function paintTile(
  context: Context2D,
  { theme }: Pick<NetworkFrame, 'theme'>,
  { rows, cols, data, max }: SheetTensor,
  channel: number,
  rect: TileRect,
) {
  const scale = colorScale(theme);
  const start = channel * rows * cols;
  if (rows * cols === 1) {
    context.fillStyle = colorOf(pixelColor(scale, data[start] ?? 0, max));
    context.fillRect(rect.x, rect.y, rect.width, rect.height);
    return;
  }
  const pixelAt = (row: number, col: number) => pixelColor(scale, data[start + row * cols + col] ?? 0, max);
  paintHeatMap(context, rect, makeHeatMap(rows, cols, pixelAt));
}

/** A pixel as it stands in ImageData (ABGR) for a style. */
function colorOf(pixel: number) {
  return `rgb(${pixel & 255} ${(pixel >> 8) & 255} ${(pixel >> 16) & 255})`;
}
