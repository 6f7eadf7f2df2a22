/** The graph of a network with its open node: what its page and its frames have in common. */

import { effect } from '@preact/signals-core';
import { setUpNodePanel } from './controls/network/node_panel.ts';
import type { FrameActions } from './controls/network/panel_part.ts';
import { setUpTheme } from './controls/theme.ts';
import type { ApiClient } from './data/client.ts';
import { formatError } from './data/error_message.ts';
import { NetworkClient } from './data/network_client.ts';
import { setUpGraphKeys } from './interactions/graph_keys.ts';
import { setUpGraphPointer } from './interactions/graph_pointer.ts';
import type { Translate } from './model/i18n.ts';
import type { NetworkSummary } from './model/network.ts';
import { NetworkState } from './state/network.ts';
import { wantedForFollowed, wantedForShown } from './state/shown_tensor.ts';
import { describeCell, describeNode } from './views/network/description.ts';
import { GraphView, loadPictures } from './views/network/graph_view.ts';
import { findElement, setText } from './views/shared/dom.ts';

export interface OpenGraph {
  state: NetworkState;
  view: GraphView;
  /** Opens a node and goes to it. */
  go: (index: number) => void;
}

/**
 * begin: shows what the address names, and returns whether it is there. search: what the key for it does.
 * frame: what a frame does otherwise than the page.
 */
export function openGraph(
  api: ApiClient,
  t: Translate,
  summary: NetworkSummary,
  begin: (state: NetworkState, view: GraphView) => boolean,
  search: (graph: OpenGraph) => () => void,
  frame: FrameActions | null = null,
): OpenGraph {
  const state = new NetworkState(new NetworkClient(api), summary, t('network.input'));
  const room = findElement('#graph', HTMLElement);
  room.hidden = false;
  const colors = setUpTheme(state);
  const view = new GraphView(state, findElement('#graph-canvas', HTMLCanvasElement), room, colors, t);
  const isThere = begin(state, view);
  const panel = setUpNodePanel({ state, view, t, colors, frame });
  loadPictures(view, () => [...wantedForShown(state), ...wantedForFollowed(state)]);
  const go = (index: number) => {
    state.openAt(index);
    view.reveal(index);
    panel.focus();
  };
  const graph = { state, view, go };
  setUpGraphPointer(view, frame ? 2 : 1);
  setUpGraphKeys(view, { search: search(graph), enterNode: panel.focus });
  setUpZoomButtons(view);
  setUpGraphLine(state, t);
  showErrors(state, t, isThere);
  return graph;
}

function setUpZoomButtons(view: GraphView) {
  findElement('#zoom-in', HTMLButtonElement).onclick = () => view.zoomBy(1.25);
  findElement('#zoom-out', HTMLButtonElement).onclick = () => view.zoomBy(1 / 1.25);
  findElement('#zoom-fit', HTMLButtonElement).onclick = () => view.fit();
}

/** What is pointed at, or the node that the keyboard is at. */
function setUpGraphLine(state: NetworkState, t: Translate) {
  const line = findElement('#graph-line', HTMLElement);
  effect(() => {
    const [cell, focused] = [state.hovered.value, state.focused.value];
    const node = focused === null ? null : state.graph.value.nodes[focused];
    const needsTwoFingers = state.needsTwoFingers.value;
    const isBusy = state.running.value;
    const hint = needsTwoFingers ? t('network.twoFingers') : node ? describeNode(t, node) : '';
    setText(line, isBusy ? t('input.busy') : cell ? describeCell(t, state, cell) : hint);
  });
}

function showErrors(state: NetworkState, t: Translate, isThere: boolean) {
  const box = findElement('#network-message', HTMLElement);
  let isFirst = !isThere;
  effect(() => {
    const error = state.error.value;
    const text = error ? formatError(t, error) : isFirst ? t('network.gone') : '';
    isFirst = false;
    box.hidden = text === '';
    setText(box, text);
  });
}
