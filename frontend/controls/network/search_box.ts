/** The search for nodes: a combobox over their names, operators and shapes. */

import { signal } from '@preact/signals-core';
import type { Translate } from '../../model/i18n.ts';
import type { GraphNode } from '../../model/network.ts';
import { searchNodes, shapeText } from '../../model/network.ts';
import type { NetworkState } from '../../state/network.ts';
import { findElement, makeElement } from '../../views/shared/dom.ts';

/** Nodes that are listed, at most. */
const MOST = 40;

/** go: opens a node. Returns what goes to the search. */
export function setUpSearch(state: NetworkState, t: Translate, go: (node: GraphNode) => void): () => void {
  const field = findElement('#search', HTMLInputElement);
  const list = findElement('#found', HTMLUListElement);
  const chosen = signal(0);
  let found: GraphNode[] = [];

  const close = () => {
    list.hidden = true;
    field.ariaExpanded = 'false';
    field.removeAttribute('aria-activedescendant');
  };
  const mark = () => {
    [...list.children].forEach((item, i) => {
      item.setAttribute('aria-selected', String(i === chosen.value && found.length > 0));
      if (i === chosen.value && found.length) {
        field.setAttribute('aria-activedescendant', item.id);
        item.scrollIntoView({ block: 'nearest' });
      }
    });
  };
  const take = (node: GraphNode | undefined) => {
    if (!node) return;
    close();
    go(node);
  };
  const show = () => {
    found = searchNodes(state.graph.peek(), field.value).slice(0, MOST);
    chosen.value = 0;
    list.replaceChildren(
      ...(found.length ? found.map((node, i) => makeItem(node, i, take)) : [noneFound(t)]),
    );
    list.hidden = !field.value.trim();
    field.ariaExpanded = String(!list.hidden);
    if (list.hidden) close();
    else mark();
  };
  field.oninput = show;
  field.onfocus = show;
  field.onblur = close;
  field.onkeydown = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length) {
      chosen.value = (chosen.value + step + found.length) % found.length;
      mark();
    } else if (event.key === 'Enter') take(found[chosen.value]);
    else if (event.key === 'Escape') {
      field.value = '';
      close();
      field.blur();
    } else return;
    event.preventDefault();
  };
  return () => {
    field.focus();
    field.select();
  };
}

function makeItem(node: GraphNode, index: number, take: (node: GraphNode) => void) {
  const item = makeElement('li');
  item.id = `found-${index}`;
  item.role = 'option';
  item.append(makeElement('b', '', node.op), makeElement('span', '', shapeText(node.outputs[0]?.shape)));
  item.append(makeElement('span', '', node.name));
  // Before the field loses the focus, and the list closes.
  item.onpointerdown = (event) => {
    event.preventDefault();
    take(node);
  };
  return item;
}

function noneFound(t: Translate) {
  const item = makeElement('li');
  item.role = 'option';
  item.ariaDisabled = 'true';
  item.append(makeElement('span', 'none', t('network.found.none')));
  return item;
}
