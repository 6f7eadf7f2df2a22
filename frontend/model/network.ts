/** A network as a graph: its inputs and nodes, the edges between them, and the planes of a tensor. Pure. */

import type { components } from './api_types.ts';

type Schemas = components['schemas'];
export type NetworkSummary = Schemas['NetworkSummary'];
export type NetworkEdge = Schemas['NetworkEdge'];
export type NetworkTrace = Schemas['NetworkTrace'];
export type NetworkReach = Schemas['NetworkReach'];
export type CellLedger = Schemas['NetworkCell'];
export type NetworkShapes = Schemas['NetworkShapes'];
/** What is not said of a picture is the default. */
export type Preparation = Partial<Schemas['Preparation']>;
export type PathStep = Schemas['Reach'];

/** Whether a cell that is followed leads to a channel of an edge; an edge without channels has one. */
export function isFollowed({ channels }: Pick<PathStep, 'channels'>, channel: number) {
  return channels?.some(([first, last]) => channel >= first && channel <= last) ?? true;
}

/** An input of the network, or one of its nodes. */
export interface GraphNode {
  index: number;
  kind: 'input' | 'node';
  name: string;
  op: string;
  /** Names of edges and parameters. */
  inputs: string[];
  outputs: NetworkEdge[];
  parameters: number;
  multiplyAdds: number;
  /** Shares of the whole network, 0 … 1. */
  parameterShare: number;
  workShare: number;
  /** The address of the layer as a scene. */
  scene: string | null;
  note: string | null;
}

/** from, to: indices of nodes. */
export interface Connection {
  from: number;
  to: number;
  edge: NetworkEdge;
}

export interface Graph {
  nodes: GraphNode[];
  connections: Connection[];
  /** Every edge by name, and the index of the node that makes it. */
  edges: Map<string, { edge: NetworkEdge; maker: number }>;
}

/** inputOp: what inputs are called. */
export function makeGraph(summary: NetworkSummary, inputOp: string): Graph {
  const work = sumOf(summary.nodes.map((node) => node.multiply_adds));
  const inputs = summary.inputs.map((input, index): GraphNode => {
    const outputs = [{ name: input.name, shape: input.shape, dtype: 'float32' }];
    const none = { parameters: 0, multiplyAdds: 0, parameterShare: 0, workShare: 0, scene: null, note: null };
    return { index, kind: 'input', name: input.name, op: inputOp, inputs: [], outputs, ...none };
  });
  const nodes = summary.nodes.map(
    (node, index): GraphNode => ({
      index: inputs.length + index,
      kind: 'node',
      name: node.name,
      op: node.op,
      inputs: node.inputs,
      outputs: node.outputs,
      parameters: node.parameters,
      multiplyAdds: node.multiply_adds,
      parameterShare: node.parameters / (summary.parameters || 1),
      workShare: node.multiply_adds / (work || 1),
      scene: node.scene,
      note: node.note,
    }),
  );
  return connect([...inputs, ...nodes]);
}

function connect(nodes: GraphNode[]): Graph {
  const edges: Graph['edges'] = new Map();
  for (const { index, outputs } of nodes)
    for (const edge of outputs) edges.set(edge.name, { edge, maker: index });
  const connections = nodes.flatMap(({ index, inputs }) =>
    [...new Set(inputs)].flatMap((name) => {
      const source = edges.get(name);
      return source ? [{ from: source.maker, to: index, edge: source.edge }] : [];
    }),
  );
  return { nodes, connections, edges };
}

function sumOf(values: number[]) {
  return values.reduce((sum, value) => sum + value, 0);
}

/** `6 × 28 × 28`, without the batch axis of one sample; `?` where it is not known. */
export function shapeText(shape: readonly number[] | null | undefined) {
  if (!shape) return '?';
  const own = shape.length > 1 && shape[0] === 1 ? shape.slice(1) : shape;
  return own.length ? own.join(' × ') : '1';
}

/** The first sample of an edge's tensor as planes: (C, rows, cols). */
export interface Planes {
  channels: number;
  rows: number;
  cols: number;
}

/** Those of (N, C), (N, C, L) and (N, C, H, W); null: such a tensor has none. */
export function planesOf(shape: readonly number[] | null | undefined): Planes | null {
  if (!shape || shape.length < 2 || shape.length > 4 || shape.includes(0)) return null;
  const [, channels = 1, ...sizes] = shape;
  const [rows = 1, cols = 1] = sizes.length === 1 ? [1, ...sizes] : sizes;
  return { channels, rows, cols };
}

/** A cell of an edge's tensor, first sample. */
export interface NetworkCell {
  edge: string;
  channel: number;
  row: number;
  col: number;
}

/** `3, 5, 7`, with as many indices as the tensor has axes. */
export function cellText({ channel, row, col }: Omit<NetworkCell, 'edge'>, axes: number) {
  return [channel, row, col].filter((_, i) => i === 0 || axes === 4 || (axes === 3 && i === 2)).join(', ');
}

export function hasNetworkCell(graph: Graph, { edge, channel, row, col }: NetworkCell) {
  const planes = planesOf(graph.edges.get(edge)?.edge.shape);
  return planes !== null && channel < planes.channels && row < planes.rows && col < planes.cols;
}

/** Nodes whose name, operator or shape has the text, in the graph's order. */
export function searchNodes(graph: Graph, text: string): GraphNode[] {
  const wanted = text
    .trim()
    .toLowerCase()
    .replace(/\s*[x×*,]\s*(?=\d)/g, '×');
  if (!wanted) return [];
  return graph.nodes.filter(({ name, op, outputs }) => {
    const shapes = outputs.map(({ shape }) => shapeText(shape).replaceAll(' ', ''));
    return [name.toLowerCase(), op.toLowerCase(), ...shapes].some((each) => each.includes(wanted));
  });
}

/** Numbers of a lot of cells in few letters: 1234567 -> 1.23 M. */
export function shortCount(count: number) {
  const units: [number, string][] = [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ];
  for (const [unit, letter] of units)
    if (count >= 10 * unit || (unit > 1e3 && count >= unit))
      return `${Number((count / unit).toPrecision(3))} ${letter}`;
  return String(count);
}
