/** Whether a network goes from left to right or from top to bottom. Pure. */

import type { Graph } from '../../model/network.ts';
import type { GraphLayout } from './layout.ts';
import { layoutGraph } from './layout.ts';
import type { Size } from './viewport.ts';
import { fitZoom } from './viewport.ts';

/** From this on a network is not seen whole, and goes to the right. */
const MOST_COMPARED = 60;
/** By how much the whole must be larger from top to bottom. */
const WORTH = 1.2;

/** screen: the room for the graph, in CSS pixels. */
export function chooseLayout(graph: Graph, isNarrow: boolean, screen: Size): GraphLayout {
  if (isNarrow) return layoutGraph(graph, 'down');
  const right = layoutGraph(graph, 'right', screen.width / screen.height);
  if (graph.nodes.length > MOST_COMPARED) return right;
  const down = layoutGraph(graph, 'down');
  return fitZoom(down, screen).scale > WORTH * fitZoom(right, screen).scale ? down : right;
}
