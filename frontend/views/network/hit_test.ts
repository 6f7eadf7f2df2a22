/** What lies at a place of the graph, and which node is next in a direction. Pure. */

import type { Graph, NetworkCell } from '../../model/network.ts';
import { cellAt } from './contact_sheet.ts';
import type { GraphLayout } from './layout.ts';

export interface GraphHit {
  node: number;
  /** Of the first output, where its picture is hit. */
  cell: NetworkCell | null;
}

export function hitGraph(graph: Graph, layout: GraphLayout, x: number, y: number): GraphHit | null {
  const node = layout.nodes.findIndex(
    (box) => x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height,
  );
  const box = layout.nodes[node];
  if (!box) return null;
  const edge = graph.nodes[node]?.outputs[0]?.name;
  const { sheet } = box;
  const cell = sheet && cellAt(sheet, x - box.x - box.sheetX, y - box.y - box.sheetY);
  return { node, cell: cell && edge !== undefined ? { edge, ...cell } : null };
}

export type ArrowKey = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown';

/** The node that an arrow leads to: along an edge, or to the nearest one beside. Null: there is none. */
export function nextNode(graph: Graph, layout: GraphLayout, from: number, key: ArrowKey): number | null {
  const right = layout.direction === 'right';
  const [ahead, back] = right ? ['ArrowRight', 'ArrowLeft'] : ['ArrowDown', 'ArrowUp'];
  if (key === ahead || key === back) {
    const linked = graph.connections.flatMap((each) => {
      const [start, end] = key === ahead ? [each.from, each.to] : [each.to, each.from];
      return start === from ? [end] : [];
    });
    return nearest(layout, from, linked);
  }
  const sign = key === 'ArrowDown' || key === 'ArrowRight' ? 1 : -1;
  const beside = graph.nodes.map(({ index }) => index).filter((index) => isBeside(layout, from, index, sign));
  return nearest(layout, from, beside);
}

function isBeside({ nodes, direction }: GraphLayout, from: number, to: number, sign: number) {
  const [a, b] = [nodes[from], nodes[to]];
  if (!a || !b || from === to) return false;
  if (direction === 'right') return a.x < b.x + b.width && b.x < a.x + a.width && sign * (b.y - a.y) > 0;
  return a.y < b.y + b.height && b.y < a.y + a.height && sign * (b.x - a.x) > 0;
}

function nearest({ nodes }: GraphLayout, from: number, among: number[]): number | null {
  const start = nodes[from];
  if (!start) return null;
  const distance = (index: number) => {
    const box = nodes[index];
    if (!box) return Infinity;
    const dx = box.x + box.width / 2 - start.x - start.width / 2;
    const dy = box.y + box.height / 2 - start.y - start.height / 2;
    return Math.hypot(dx, dy);
  };
  return among.length ? among.reduce((best, each) => (distance(each) < distance(best) ? each : best)) : null;
}
