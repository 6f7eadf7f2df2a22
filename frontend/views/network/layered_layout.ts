/**
 * Places for the nodes of graphs that are too large for dagre, which takes seconds from some hundred nodes on
 * and none beyond two thousand: each node behind all that it reads, in the middle of those. Pure.
 */

import type { Graph } from '../../model/network.ts';

interface Point {
  x: number;
  y: number;
}

/** Along and across the flow: a node's size, and later its first corner. */
export interface Extent {
  along: number;
  across: number;
}

export interface Layers {
  corners: Extent[];
  /** Of each connection, from the first node's edge to the other's. */
  paths: Extent[][];
  along: number;
  across: number;
}

const GAP_ALONG = 90;
const GAP_ACROSS = 26;
const MARGIN = 24;
/** How far a way around other nodes stays away from them, and begins beside its own. */
const DETOUR = 22;

export function layLayers(graph: Graph, sizes: Extent[]): Layers {
  const ranks = ranksOf(graph);
  const layers: number[][] = [];
  ranks.forEach((rank, index) => {
    layers[rank] = [...(layers[rank] ?? []), index];
  });
  const corners: Extent[] = [];
  const reads = readsOf(graph);
  let along = MARGIN;
  for (const layer of layers) {
    placeLayer(layer, along, sizes, corners, reads);
    along += Math.max(...layer.map((index) => sizes[index]?.along ?? 0)) + GAP_ALONG;
  }
  const first = Math.min(...corners.map(({ across }) => across));
  const lift = MARGIN + 2 * DETOUR - first;
  for (const corner of corners) corner.across += lift;
  const tops = layers.map((layer) => Math.min(...layer.map((index) => corners[index]?.across ?? 0)));
  const paths = graph.connections.map(({ from, to }) => {
    const between = tops.slice(ranks[from], (ranks[to] ?? 0) + 1);
    return pathOf([from, to], corners, sizes, between);
  });
  const last = corners.map((corner, index) => corner.across + (sizes[index]?.across ?? 0));
  return { corners, paths, along: along - GAP_ALONG + MARGIN, across: Math.max(...last) + MARGIN };
}

/** The longest way to each node; nodes stand in the order in which they are computed. */
function ranksOf({ nodes, connections }: Graph) {
  const ranks = nodes.map(() => 0);
  for (const { from, to } of connections)
    if (from < to) ranks[to] = Math.max(ranks[to] ?? 0, (ranks[from] ?? 0) + 1);
  return ranks;
}

function readsOf({ nodes, connections }: Graph) {
  const reads: number[][] = nodes.map(() => []);
  for (const { from, to } of connections) reads[to]?.push(from);
  return reads;
}

/** One below the other, around the middle of what they read. */
function placeLayer(layer: number[], along: number, sizes: Extent[], corners: Extent[], reads: number[][]) {
  const middle = (index: number) => (corners[index]?.across ?? 0) + (sizes[index]?.across ?? 0) / 2;
  const wish = (index: number) => {
    const before = (reads[index] ?? []).filter((each) => corners[each]);
    return before.reduce((sum, each) => sum + middle(each), 0) / (before.length || 1);
  };
  const wishes = new Map(layer.map((index) => [index, wish(index)]));
  const order = layer.toSorted((a, b) => (wishes.get(a) ?? 0) - (wishes.get(b) ?? 0));
  const height = order.reduce((sum, index) => sum + (sizes[index]?.across ?? 0) + GAP_ACROSS, -GAP_ACROSS);
  let across = [...wishes.values()].reduce((sum, value) => sum + value, 0) / layer.length - height / 2;
  for (const index of order) {
    corners[index] = { along, across };
    across += (sizes[index]?.across ?? 0) + GAP_ACROSS;
  }
}

/** Straight to the next layer, and around the nodes on the way to a later one. tops: of these layers. */
function pathOf([from, to]: [number, number], corners: Extent[], sizes: Extent[], tops: number[]): Extent[] {
  const none = { along: 0, across: 0 };
  const [start, end] = [corners[from] ?? none, corners[to] ?? none];
  const [startSize, endSize] = [sizes[from] ?? none, sizes[to] ?? none];
  const exit = { along: start.along + startSize.along, across: start.across + startSize.across / 2 };
  const enter = { along: end.along, across: end.across + endSize.across / 2 };
  if (tops.length < 3) return [exit, enter];
  const across = Math.min(...tops) - DETOUR;
  const [out, back] = [exit.along + DETOUR, enter.along - DETOUR];
  const ways = [out, out + DETOUR, back - DETOUR, back].map((along) => ({ along, across }));
  return [exit, ...ways, enter];
}

export function asPoint({ along, across }: Extent, isRight: boolean): Point {
  return isRight ? { x: along, y: across } : { x: across, y: along };
}
