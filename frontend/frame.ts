/** The page in a frame: the stage, its terms and its timeline, which the page around may move too. */

import { setUpAllTerms } from './controls/all_terms.ts';
import { linkToShown } from './controls/copy_step.ts';
import { showDescription } from './controls/description.ts';
import type { EmbedPage } from './controls/embed/embed_data.ts';
import { setUpFullPageLink } from './controls/embed/full_page_link.ts';
import { change, exchangeMessages, makeTell } from './controls/embed/messages.ts';
import { tellWantedSize } from './controls/embed/wanted_size.ts';
import { showErrors } from './controls/error_message.ts';
import { linkLedgerTerms } from './controls/ledger_links.ts';
import { setUpOutputChooser } from './controls/output_chooser.ts';
import { setUpTransport } from './controls/transport.ts';
import { setUpAccessibleGrids } from './interactions/accessible_grids.ts';
import { setUpHoverAndSelect } from './interactions/hover_and_select.ts';
import { setUpKeyboard } from './interactions/keyboard.ts';
import { openStage } from './stage.ts';
import type { AppState } from './state/app_state.ts';
import { hasCell, parseQuery } from './state/url.ts';
import type { AppContext } from './views/app_context.ts';
import { nextPaint } from './views/shared/dom.ts';

/**
 * parentOrigin: whom it heeds and tells; null: nobody. query: has the moment to begin with. setUpEditing:
 * makes numbers editable; by default nothing of a frame is written.
 */
export async function openFrame(
  boot: EmbedPage,
  parentOrigin: string | null,
  query: string,
  setUpEditing?: (context: AppContext) => void,
) {
  const { context, opened } = openStage(boot);
  setUpControls(context);
  setUpEditing?.(context);
  await opened;
  showAddressedMoment(context.state, new URLSearchParams(query));
  lock(context.state, boot.embed.locked, setUpEditing !== undefined);
  const tell = makeTell(parentOrigin);
  exchangeMessages(context.state, parentOrigin, tell);
  tellWantedSize(context, tell);
  await nextPaint();
  document.documentElement.dataset.ready = 'true';
}

function setUpControls(context: AppContext) {
  const { state, t } = context;
  showErrors(context);
  setUpTransport(state, t);
  setUpOutputChooser(context);
  setUpKeyboard(state, {});
  setUpAllTerms();
  setUpAccessibleGrids(context);
  setUpHoverAndSelect(context);
  linkLedgerTerms(state, showDescription(context));
  if (document.querySelector('#full')) setUpFullPageLink(() => linkToShown(context));
}

function showAddressedMoment(state: AppState, query: URLSearchParams) {
  // The step of a gradient is none here.
  query.delete('direction');
  const { moment, granularity, shape, pin } = parseQuery(query);
  change(state, {
    ...(shape && { view: shape }),
    ...(granularity && { by: granularity }),
  });
  if (query.has('step')) state.showMoment(moment, query.get('step'));
  const summary = state.scene.peek()?.summary;
  if (pin && summary && hasCell(summary, pin)) state.pinnedCell.value = pin;
}

function lock(state: AppState, locked: boolean, editable: boolean) {
  state.locks.value = new Set(locked ? ['time', 'cells', 'numbers'] : editable ? [] : ['numbers']);
}
