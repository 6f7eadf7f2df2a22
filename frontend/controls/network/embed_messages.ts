/** The messages of a network's frame with the page around it. */

import { batch, effect } from '@preact/signals-core';
import type { NetworkChange, NetworkRequest } from '../../model/embed/network_messages.ts';
import { cellOfNode, findGraphNode, parseNetworkRequest } from '../../model/embed/network_messages.ts';
import type { NetworkState } from '../../state/network.ts';
import type { Tell } from '../embed/messages.ts';
import { hearParent } from '../embed/messages.ts';

/** Heeds the page around, and says what is open. */
export function exchangeNetworkMessages(state: NetworkState, parentOrigin: string | null, tell: Tell) {
  hearParent(parentOrigin, (data) => {
    const request = parseNetworkRequest(data);
    if (request) answer(state, request, tell);
  });
  tell('ready', { state: describeState(state) });
  let lastText = JSON.stringify(shown(state));
  effect(() => {
    const now = shown(state);
    const text = JSON.stringify(now);
    if (text === lastText) return;
    lastText = text;
    tell('node', now);
  });
}

function answer(state: NetworkState, request: NetworkRequest, tell: Tell) {
  const id = request.id === undefined ? {} : { id: request.id };
  if (request.type === 'getState') return tell('state', { ...id, state: describeState(state) });
  changeNetwork(state, request.state);
  if (request.id !== undefined) tell('answer', { ...id, state: describeState(state) });
}

/** What is not in the network changes nothing. */
function changeNetwork(state: NetworkState, { node, cell }: NetworkChange) {
  const graph = state.graph.peek();
  batch(() => {
    if (node === null) state.close();
    if (node === null || cell === null) state.choose(null);
    const index = typeof node === 'string' ? findGraphNode(graph, node) : state.open.peek();
    if (typeof node === 'string' && index !== null) state.openAt(index);
    const chosen = cell && index !== null ? cellOfNode(graph, index, cell) : null;
    if (chosen) state.choose(chosen);
  });
}

function shown(state: NetworkState) {
  const cell = state.cell.value;
  return { node: state.openNode?.name ?? null, cell: cell && [cell.channel, cell.row, cell.col] };
}

function describeState(state: NetworkState) {
  return { network: state.summary.peek().id, ...shown(state) };
}
