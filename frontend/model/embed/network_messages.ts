/** The messages between a frame with a network and the page around it (docs/sharing.md). Pure. */

import type { Graph, NetworkCell } from '../network.ts';
import { hasNetworkCell } from '../network.ts';
import { isIndices, parseFields, readMessage } from './messages.ts';

/** What of the state the page around may set. */
export interface NetworkChange {
  /** The name of a node, or of an input; null: none is open. */
  node?: string | null;
  /** A cell of the open node's first output; null: none. */
  cell?: [channel: number, row: number, col: number] | null;
}

export type NetworkRequest = { id?: string | number } & (
  | { type: 'setState'; state: NetworkChange }
  | { type: 'getState' }
);

const MOST_NAME = 1000;

const FIELDS: Record<keyof NetworkChange, (value: unknown) => boolean> = {
  node: (value) => value === null || (typeof value === 'string' && value.length <= MOST_NAME),
  cell: (value) => value === null || isIndices(value),
};

/** Reads a message; null: it is none of this version, or not well formed. data: whatever was sent. */
export function parseNetworkRequest(data: unknown): NetworkRequest | null {
  const read = readMessage(data);
  if (!read) return null;
  const { named, type, message } = read;
  if (type === 'getState') return { ...named, type };
  const state = type === 'setState' ? parseFields(message.state, FIELDS) : null;
  return state && { ...named, type: 'setState', state };
}

/** The index of a node by its name, else of an input; null: there is none. */
export function findGraphNode({ nodes }: Graph, name: string): number | null {
  const named = nodes.filter((node) => node.name === name);
  return (named.find(({ kind }) => kind === 'node') ?? named[0])?.index ?? null;
}

/** A cell of a node's first output; null: there is none. */
export function cellOfNode(
  graph: Graph,
  index: number,
  indices: [number, number, number],
): NetworkCell | null {
  const [channel, row, col] = indices;
  const cell = { edge: graph.nodes[index]?.outputs[0]?.name ?? '', channel, row, col };
  return hasNetworkCell(graph, cell) ? cell : null;
}
