/** Where nodes and edges lie: by dagre, from left to right, or from top to bottom on narrow screens. Pure. */

import { Graph as DagreGraph, layout as layOut } from '@dagrejs/dagre';
import type { Connection, Graph, GraphNode, NetworkEdge } from '../../model/network.ts';
import { planesOf, shapeText } from '../../model/network.ts';
import type { Rect } from '../../model/types.ts';
import type { SheetLayout } from './contact_sheet.ts';
import { layoutSheet } from './contact_sheet.ts';
import { asPoint, layLayers } from './layered_layout.ts';

export type FlowDirection = 'right' | 'down';

/** All in the units of the graph, which are CSS pixels at a scale of 1. */
export interface NodeBox extends Rect {
  /** Of the first output, and where it begins in the box. */
  sheet: SheetLayout | null;
  sheetX: number;
  sheetY: number;
}

export interface ConnectionPath {
  connection: Connection;
  points: { x: number; y: number }[];
  /** Where the shape stands. */
  label: { x: number; y: number };
  bounds: Rect;
}

export interface GraphLayout {
  direction: FlowDirection;
  nodes: NodeBox[];
  connections: ConnectionPath[];
  width: number;
  height: number;
}

export const PADDING = 10;
/** Operator and name. */
export const HEAD = 40;
/** One line of figures, and one with a bar below it. */
export const LINE = 17;
export const BAR_LINE = 24;
const NODE_WIDTH = { right: 132, down: 228 };
const SHEET_HEIGHT = { right: 236, down: 74 };
/** Of networks that would leave most of a wide screen empty, and the most nodes that are laid out for it. */
const TALL_SHEET = 430;
const MOST_TALL = 60;
/** Around all nodes. */
export const LAYOUT_MARGIN = 24;
/** The width of a letter on an edge. */
const LETTER = 6.2;

/** The shape on an edge. */
export function edgeText({ shape }: NetworkEdge) {
  return shapeText(shape).replaceAll(' ', '');
}

/** Nodes that dagre lays out without a wait. */
const MOST_FOR_DAGRE = 300;

/** aspect: the width of the screen in its heights. */
export function layoutGraph(graph: Graph, direction: FlowDirection, aspect = 1): GraphLayout {
  if (direction === 'right' && graph.nodes.length <= MOST_TALL) {
    const tall = layoutNodes(graph, direction, TALL_SHEET);
    if (tall.width > aspect * tall.height) return tall;
  }
  if (graph.nodes.length > MOST_FOR_DAGRE) return layoutLarge(graph, direction);
  return layoutNodes(graph, direction, SHEET_HEIGHT[direction]);
}

function layoutLarge(graph: Graph, direction: FlowDirection): GraphLayout {
  const isRight = direction === 'right';
  const boxes = graph.nodes.map((node) => nodeBox(node, direction, SHEET_HEIGHT[direction]));
  const sizes = boxes.map(({ width, height }) =>
    isRight ? { along: width, across: height } : { along: height, across: width },
  );
  const { corners, paths, along, across } = layLayers(graph, sizes);
  const nodes = boxes.map((box, i) => ({
    ...box,
    ...asPoint(corners[i] ?? { along: 0, across: 0 }, isRight),
  }));
  const connections = graph.connections.map((connection, i) => {
    const points = (paths[i] ?? []).map((each) => asPoint(each, isRight));
    const [a, b] = points.slice(points.length / 2 - 1);
    const label = { x: ((a?.x ?? 0) + (b?.x ?? 0)) / 2, y: ((a?.y ?? 0) + (b?.y ?? 0)) / 2 };
    return { connection, points, label, bounds: boundsOf(points) };
  });
  const size = asPoint({ along, across }, isRight);
  return { direction, nodes, connections, width: size.x, height: size.y };
}

function layoutNodes(graph: Graph, direction: FlowDirection, sheetHeight: number): GraphLayout {
  const dagre = new DagreGraph({ multigraph: true });
  const rankdir = direction === 'right' ? 'LR' : 'TB';
  dagre.setGraph({
    rankdir,
    nodesep: 26,
    ranksep: 32,
    edgesep: 16,
    marginx: LAYOUT_MARGIN,
    marginy: LAYOUT_MARGIN,
  });
  dagre.setDefaultEdgeLabel(() => ({}));
  const boxes = graph.nodes.map((node) => nodeBox(node, direction, sheetHeight));
  boxes.forEach(({ width, height }, index) => {
    dagre.setNode(String(index), { width, height });
  });
  graph.connections.forEach(({ from, to, edge }, index) => {
    const width = edgeText(edge).length * LETTER;
    dagre.setEdge(String(from), String(to), { width, height: 18, labelpos: 'c' }, String(index));
  });
  layOut(dagre);
  const nodes = boxes.map((box, index) => {
    const { x, y } = dagre.node(String(index)) as { x: number; y: number };
    return { ...box, x: x - box.width / 2, y: y - box.height / 2 };
  });
  const connections = graph.connections.map((connection, index) => {
    const { from, to } = connection;
    const found = dagre.edge(String(from), String(to), String(index)) as FoundEdge;
    const label = labelPlace(found, direction);
    return { connection, points: found.points, label, bounds: boundsOf(found.points) };
  });
  const { width = 0, height = 0 } = dagre.graph() as { width?: number; height?: number };
  return { direction, nodes, connections, width, height };
}

interface FoundEdge {
  points: { x: number; y: number }[];
  x?: number;
  y?: number;
}

/** A little back from the arrow's head. */
function labelPlace({ points, x, y }: FoundEdge, direction: FlowDirection) {
  const middle = points[Math.floor(points.length / 2)] ?? { x: 0, y: 0 };
  const [at, back] = [{ x: x ?? middle.x, y: y ?? middle.y }, 4];
  return direction === 'right' ? { x: at.x - back, y: at.y } : { x: at.x, y: at.y - back };
}

function nodeBox(node: GraphNode, direction: FlowDirection, sheetHeight: number): NodeBox {
  const width = NODE_WIDTH[direction];
  const planes = planesOf(node.outputs[0]?.shape);
  const sheet = planes && layoutSheet(planes, sheetRoom(width - 2 * PADDING, sheetHeight));
  const height = HEAD + (sheet ? sheet.height + PADDING : 0) + figuresHeight(node) + PADDING / 2;
  const sheetX = sheet ? (width - sheet.width) / 2 : 0;
  return { x: 0, y: 0, width, height, sheet, sheetX, sheetY: HEAD };
}

function sheetRoom(width: number, height: number) {
  return { width, height, leastTile: 24, leastNumber: 4, mostNumber: 18, mostCell: 22 };
}

export function figuresHeight({ parameters, multiplyAdds }: GraphNode) {
  return LINE + (parameters ? BAR_LINE : 0) + (multiplyAdds ? BAR_LINE : 0);
}

function boundsOf(points: { x: number; y: number }[]): Rect {
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}
