/** The table of the nodes, which lies over the graph when it is asked for. */

import type { NetworkState } from '../../state/network.ts';
import { findElement, findElements } from '../../views/shared/dom.ts';

/** go: opens a node. */
export function setUpTable(state: NetworkState, go: (index: number) => void) {
  const button = findElement('#table-open', HTMLButtonElement);
  const table = findElement('#nodes', HTMLElement);
  const show = (isOpen: boolean) => {
    table.classList.toggle('is-open', isOpen);
    button.ariaExpanded = String(isOpen);
  };
  button.onclick = () => show(!table.classList.contains('is-open'));
  table.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    show(false);
    button.focus();
  });
  for (const link of findElements('a', table))
    link.onclick = (event) => {
      event.preventDefault();
      const { node, input } = link.dataset;
      const kind = node === undefined ? 'input' : 'node';
      const graphNode = state.graph
        .peek()
        .nodes.find((each) => each.kind === kind && each.name === (node ?? input));
      if (!graphNode) return;
      show(false);
      go(graphNode.index);
    };
}
