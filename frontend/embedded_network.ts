/** A network in a frame: the graph and its open node, which the page around may choose too. */

import { makeTell } from './controls/embed/messages.ts';
import { showQuery } from './controls/network/address.ts';
import { exchangeNetworkMessages } from './controls/network/embed_messages.ts';
import { tellWantedHeight } from './controls/network/wanted_height.ts';
import { ApiClient } from './data/client.ts';
import { makeTranslate } from './model/i18n.ts';
import type { NetworkSummary } from './model/network.ts';
import type { OpenGraph } from './network_graph.ts';
import { openGraph } from './network_graph.ts';
import { findElement, nextPaint } from './views/shared/dom.ts';

export interface EmbeddedNetwork {
  language: string;
  api: string;
  messages: Record<string, string>;
  summary: NetworkSummary;
  /** ancestors: sources of `frame-ancestors`. query: of a document without an address. */
  embed: { ancestors: string[]; query?: string };
}

export function readEmbeddedNetwork(): EmbeddedNetwork {
  return JSON.parse(findElement('#boot', HTMLScriptElement).textContent ?? '');
}

/**
 * parentOrigin: whom it heeds and tells; null: nobody. query: has what is open at first. openStage: shows a
 * layer's stage, by the path and query of its page.
 */
export async function openEmbeddedNetwork(
  boot: EmbeddedNetwork,
  parentOrigin: string | null,
  query: string,
  openStage: (page: string) => void,
): Promise<OpenGraph> {
  const t = makeTranslate(boot.messages, boot.language);
  const api = new ApiClient(boot.api, boot.language);
  const graph = openGraph(
    api,
    t,
    boot.summary,
    (state, view) => showQuery(state, view, query),
    () => () => {},
    { openStage },
  );
  const tell = makeTell(parentOrigin);
  exchangeNetworkMessages(graph.state, parentOrigin, tell);
  tellWantedHeight(graph.view, tell);
  await nextPaint();
  document.documentElement.dataset.ready = 'true';
  return graph;
}
