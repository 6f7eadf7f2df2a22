/** A network in a notebook's widget: the document asks the page around for whatever the server has. */

import { MAKER, makeTell } from './controls/embed/messages.ts';
import { fetchByMessage } from './data/fetch_by_message.ts';
import { openEmbeddedNetwork, readEmbeddedNetwork } from './embedded_network.ts';

async function start() {
  window.fetch = fetchByMessage;
  const boot = readEmbeddedNetwork();
  const tell = makeTell(MAKER);
  const openStage = (page: string) => tell('stage', { page });
  await openEmbeddedNetwork(boot, MAKER, boot.embed.query ?? '', openStage);
}

start();
