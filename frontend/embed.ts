/** A scene in a frame of another site: no cookie, no storage, nothing is written. */

import { setUpAllTerms } from './controls/all_terms.ts';
import { showDescription } from './controls/description.ts';
import type { EmbedPage } from './controls/embed/embed_data.ts';
import { setUpFullPageLink } from './controls/embed/full_page_link.ts';
import { allowedParent, change, exchangeMessages, makeTell } from './controls/embed/messages.ts';
import { tellWantedSize } from './controls/embed/wanted_size.ts';
import { showErrors } from './controls/error_message.ts';
import { linkLedgerTerms } from './controls/ledger_links.ts';
import { setUpOutputChooser } from './controls/output_chooser.ts';
import { setUpTransport } from './controls/transport.ts';
import { setUpAccessibleGrids } from './interactions/accessible_grids.ts';
import { setUpHoverAndSelect } from './interactions/hover_and_select.ts';
import { setUpKeyboard } from './interactions/keyboard.ts';
import { openStage, readBoot } from './stage.ts';
import type { AppState } from './state/app_state.ts';
import { hasCell, parseQuery } from './state/url.ts';
import type { AppContext } from './views/app_context.ts';
import { nextPaint } from './views/shared/dom.ts';

async function start() {
  const boot = (await readBoot()) as EmbedPage;
  const { context, opened } = openStage(boot);
  setUpControls(context);
  await opened;
  showAddressedMoment(context.state);
  lock(context.state, boot.embed.locked);
  const parentOrigin = allowedParent(boot.embed.ancestors);
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
  setUpFullPageLink(context);
}

function showAddressedMoment(state: AppState) {
  const { moment, granularity, shape, pin } = parseQuery(new URLSearchParams(location.search));
  change(state, {
    ...(shape && { view: shape }),
    ...(granularity && { by: granularity }),
    ...(moment && { step: [moment.outChannel, moment.row, moment.col], beat: moment.tick }),
  });
  const summary = state.scene.peek()?.summary;
  if (pin && summary && hasCell(summary, pin)) state.pinnedCell.value = pin;
}

function lock(state: AppState, locked: boolean) {
  if (locked) state.locks.value = new Set(['time', 'cells', 'numbers']);
}

start();
