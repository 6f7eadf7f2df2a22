/** The address names the network, the open node, the tensor, the cell and the part that is seen. */

import { effect } from '@preact/signals-core';
import type { NetworkState } from '../../state/network.ts';
import { encodeNetworkQuery, parseNetworkQuery } from '../../state/network_url.ts';
import type { GraphView } from '../../views/network/graph_view.ts';
import { findElement } from '../../views/shared/dom.ts';

/** The address follows at most this often, in milliseconds: browsers refuse more. */
const WRITE_PAUSE = 250;

/** Returns whether the network has what the address names. */
export function syncAddress(state: NetworkState, view: GraphView): boolean {
  const apply = () => showQuery(state, view, location.search);
  const isThere = apply();
  let [id, open] = [state.id, state.open.peek()];
  let timer = 0;
  const write = () => {
    clearTimeout(timer);
    timer = 0;
    const isNew = state.id !== id || state.open.peek() !== open;
    [id, open] = [state.id, state.open.peek()];
    history[isNew ? 'pushState' : 'replaceState'](null, '', addressOf(state, view));
    updateLanguageLink();
  };
  effect(() => {
    addressOf(state, view);
    if (timer === 0) timer = window.setTimeout(write, WRITE_PAUSE);
  });
  addEventListener('popstate', async () => {
    clearTimeout(timer);
    const named = location.pathname.split('/')[2] ?? '';
    if (named !== state.id) {
      try {
        state.show(await state.client.summary(named));
      } catch (error) {
        state.report(error);
        return;
      }
    }
    apply();
    [id, open] = [state.id, state.open.peek()];
  });
  // Who leaves the page takes along what is shown now.
  addEventListener('pagehide', () => timer !== 0 && write());
  updateLanguageLink();
  return isThere;
}

/** Shows what a query names; returns whether the network has it. */
export function showQuery(state: NetworkState, view: GraphView, query: string): boolean {
  const named = parseNetworkQuery(new URLSearchParams(query));
  if (named.zoom) {
    const [scale, x, y] = named.zoom;
    view.chosenZoom.value = { scale, x, y };
  }
  return state.apply(named);
}

/** Path and query of what is shown. view: whose part of the graph is named too. */
export function addressOf(state: NetworkState, view?: GraphView): string {
  const zoom = view?.chosenZoom.value ?? null;
  const query = encodeNetworkQuery({ ...state.url(), zoom: zoom && [zoom.scale, zoom.x, zoom.y] });
  const language = new URLSearchParams(location.search).get('lang');
  if (language) query.set('lang', language);
  const text = query.toString().replaceAll('%2C', ',');
  return `/n/${state.id}${text ? `?${text}` : ''}`;
}

function updateLanguageLink() {
  const link = findElement('#other-language', HTMLAnchorElement);
  const query = new URLSearchParams(location.search);
  query.set('lang', link.hreflang);
  link.href = `${location.pathname}?${query}`;
}
