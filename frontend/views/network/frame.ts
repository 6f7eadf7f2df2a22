/** All that is seen of a network at one moment. */

import type { Theme } from '../../model/color.ts';
import type { Translate } from '../../model/i18n.ts';
import type { Graph, GraphNode, NetworkCell } from '../../model/network.ts';
import type { Followed, NetworkState } from '../../state/network.ts';
import type { SheetTensor } from '../../state/network_tensors.ts';
import { overlap } from '../shared/rects.ts';
import type { ThemeColors } from '../shared/theme_colors.ts';
import type { GraphLayout, NodeBox } from './layout.ts';
import type { GraphZoom, Size } from './viewport.ts';
import { seenRect } from './viewport.ts';

/** How much of a node is written: nothing, its operator, or all. */
export type Detail = 0 | 1 | 2;

export interface NodeFrame {
  node: GraphNode;
  box: NodeBox;
  sheet: SheetTensor | null;
}

export interface NetworkFrame {
  graph: Graph;
  layout: GraphLayout;
  zoom: GraphZoom;
  size: Size;
  pixelRatio: number;
  theme: Theme;
  colors: ThemeColors;
  link: string;
  t: Translate;
  detail: Detail;
  /** Those that are seen. */
  nodes: NodeFrame[];
  open: number | null;
  focused: number | null;
  cell: NetworkCell | null;
  hovered: NetworkCell | null;
  followed: Followed | null;
}

export interface NetworkSurroundings {
  layout: GraphLayout;
  zoom: GraphZoom;
  size: Size;
  pixelRatio: number;
  colors: ThemeColors;
  link: string;
  t: Translate;
}

/** From which scale on nodes are written in full, and from which their operators are. */
const FULL = 0.82;
const NAMED = 0.2;
/** Nodes this wide on the screen, in CSS pixels, have pictures. */
const PICTURED = 34;

export function makeNetworkFrame(state: NetworkState, around: NetworkSurroundings): NetworkFrame {
  const { layout, zoom, size } = around;
  const graph = state.graph.value;
  const seen = seenRect(zoom, size);
  const nodes = graph.nodes.flatMap((node): NodeFrame[] => {
    const box = layout.nodes[node.index];
    if (!box || !overlap(box, seen)) return [];
    return [{ node, box, sheet: hasPicture(box, zoom) ? sheetOf(state, node) : null }];
  });
  return {
    ...around,
    graph,
    nodes,
    theme: state.theme.value,
    detail: zoom.scale >= FULL ? 2 : zoom.scale >= NAMED ? 1 : 0,
    open: state.open.value,
    focused: state.focused.value,
    cell: state.cell.value,
    hovered: state.hovered.value,
    followed: state.followed.value,
  };
}

function hasPicture(box: NodeBox, zoom: GraphZoom) {
  return box.sheet !== null && box.width * zoom.scale >= PICTURED;
}

function sheetOf(state: NetworkState, node: GraphNode): SheetTensor | null {
  const [edge] = node.outputs;
  if (!edge?.shape) return null;
  const found = state.tensors.sheet(state.id, { edge: edge.name, shape: edge.shape }, state.subtracted);
  return found === 'failed' ? null : found;
}

/** The pictures that a frame wants, nearest to the middle first. */
export function wantedOf({ nodes, zoom }: NetworkFrame) {
  const distance = ({ box }: NodeFrame) =>
    Math.hypot(box.x + box.width / 2 - zoom.x, box.y + box.height / 2 - zoom.y);
  return nodes
    .filter(({ box }) => hasPicture(box, zoom))
    .sort((a, b) => distance(a) - distance(b))
    .flatMap(({ node }) => {
      const [edge] = node.outputs;
      return edge?.shape ? [{ edge: edge.name, shape: edge.shape }] : [];
    });
}
