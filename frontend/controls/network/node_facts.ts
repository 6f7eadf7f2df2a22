/** What a node is: its shape, its figures with their shares, and the nodes before and after it. */

import { effect } from '@preact/signals-core';
import type { GraphNode } from '../../model/network.ts';
import { shapeText } from '../../model/network.ts';
import { makeElement } from '../../views/shared/dom.ts';
import type { NetworkContext, PanelPart } from './panel_part.ts';
import { makeButton } from './panel_part.ts';

/** Neighbours that are named, at most. */
const MOST = 12;

export function makeFacts(context: NetworkContext): PanelPart {
  const element = makeElement('dl', 'node-facts');
  const dispose = effect(() => {
    const node = context.state.openNode;
    if (node) element.replaceChildren(...listFacts(context, node).children);
  });
  return { element, dispose };
}

function listFacts({ state, t, view }: NetworkContext, node: GraphNode): HTMLElement {
  const list = makeElement('dl');
  const add = (name: string, ...content: (string | Node)[]) => {
    if (!content.length) return;
    const value = makeElement('dd');
    value.append(...content);
    list.append(makeElement('dt', '', name), value);
  };
  for (const { shape, dtype } of node.outputs.slice(0, 1))
    add(t('node.shape'), `${shapeText(shape)}${node.kind === 'node' && dtype ? ` · ${dtype}` : ''}`);
  const share = (value: number, part: number) => {
    const text = t('node.share', { value: value.toLocaleString('en'), share: (100 * part).toFixed(1) });
    return value ? [text, makeBar(part)] : [];
  };
  add(t('node.parameters'), ...share(node.parameters, node.parameterShare));
  add(t('node.work'), ...share(node.multiplyAdds, node.workShare));
  const { nodes, connections } = state.graph.peek();
  const link = (index: number) => {
    const other = nodes[index];
    const text = other?.kind === 'input' ? other.name : `${other?.op} ${other?.name}`;
    return makeButton(text, () => go(index), 'link');
  };
  const go = (index: number) => {
    state.openAt(index);
    view.reveal(index);
  };
  const before = connections.filter(({ to }) => to === node.index).map(({ from }) => from);
  const after = connections.filter(({ from }) => from === node.index).map(({ to }) => to);
  add(t('node.from'), ...[...new Set(before)].slice(0, MOST).map(link));
  add(t('node.to'), ...[...new Set(after)].slice(0, MOST).map(link));
  return list;
}

function makeBar(part: number) {
  const bar = makeElement('span', 'share');
  const filled = makeElement('i');
  filled.style.width = `${Math.max(100 * part, 1)}%`;
  bar.append(filled);
  return bar;
}
