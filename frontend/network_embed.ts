/** A network in a frame of another site: no cookie, no storage, nothing is written. */

import { openOrWriteOut, setUpFullPageLink } from './controls/embed/full_page_link.ts';
import { allowedParent } from './controls/embed/messages.ts';
import { addressOf } from './controls/network/address.ts';
import { openEmbeddedNetwork, readEmbeddedNetwork } from './embedded_network.ts';

async function start() {
  const boot = readEmbeddedNetwork();
  const full = (path: string) => new URL(path, location.href).href;
  const parentOrigin = allowedParent(boot.embed.ancestors);
  const openStage = (page: string) => openOrWriteOut(full(page));
  const { state } = await openEmbeddedNetwork(boot, parentOrigin, location.search, openStage);
  setUpFullPageLink(() => full(addressOf(state)));
}

start();
