/** A scene in a notebook's widget: the document asks the page around for whatever the server has. */

import { nextDirection, setUpDirection } from './controls/direction.ts';
import type { EmbedPage } from './controls/embed/embed_data.ts';
import { MAKER, makeTell } from './controls/embed/messages.ts';
import { showGradients } from './controls/gradients/show_gradients.ts';
import { fetchByMessage } from './data/fetch_by_message.ts';
import { openEmbeddedScene } from './embedded_scene.ts';
import { CellEditor } from './interactions/cell_editor.ts';
import { setUpPinnedCellEditing } from './interactions/pinned_cell_editing.ts';
import { readBoot } from './stage.ts';
import { EditSession } from './state/edit_session.ts';
import type { AppContext } from './views/app_context.ts';

async function start() {
  window.fetch = fetchByMessage;
  const back = document.querySelector<HTMLButtonElement>('#to-network');
  if (back) back.onclick = () => makeTell(MAKER)('network');
  const boot = (await readBoot()) as EmbedPage;
  await openEmbeddedScene(boot, MAKER, boot.embed.query ?? '', {
    setUpTools(context) {
      setUpEditing(context);
      const choose = setUpDirection(context, () => loadGradients(context));
      return { turn: () => choose(nextDirection(context.state)) };
    },
    loadGradients,
  });
}

/** Their texts have come with the document. */
async function loadGradients(context: AppContext) {
  if (!context.gradients.peek()) showGradients(context);
}

/** The kernel makes the edited scene, and its widget goes on with it. */
function setUpEditing(context: AppContext) {
  const { state, boot } = context;
  const changes = new EditSession(state, state.api, boot.scene);
  const loadPaste = () => import('./interactions/paste_numbers.ts');
  setUpPinnedCellEditing(context, new CellEditor(context, changes, loadPaste));
}

start();
