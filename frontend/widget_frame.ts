/** A scene in a notebook's widget: the document asks the page around for whatever the server has. */

import type { EmbedPage } from './controls/embed/embed_data.ts';
import { MAKER } from './controls/embed/messages.ts';
import { fetchByMessage } from './data/fetch_by_message.ts';
import { openFrame } from './frame.ts';
import { readBoot } from './stage.ts';

async function start() {
  window.fetch = fetchByMessage;
  const boot = (await readBoot()) as EmbedPage;
  await openFrame(boot, MAKER, boot.embed.query ?? '');
}

start();
