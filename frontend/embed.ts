/** A scene in a frame of another site: no cookie, no storage, nothing is written. */

import type { EmbedPage } from './controls/embed/embed_data.ts';
import { allowedParent } from './controls/embed/messages.ts';
import { openEmbeddedScene } from './embedded_scene.ts';
import { readBoot } from './stage.ts';

async function start() {
  const boot = (await readBoot()) as EmbedPage;
  await openEmbeddedScene(boot, allowedParent(boot.embed.ancestors), location.search, {
    loadGradients: async (context) =>
      (await import('./controls/gradients/load_gradients.ts')).loadGradients(context),
  });
}

start();
