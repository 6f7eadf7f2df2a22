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
import type { KeyActions } from './interactions/keyboard.ts';
import { setUpKeyboard } from './interactions/keyboard.ts';
import { openStage } from './stage.ts';
import type { AppState } from './state/app_state.ts';
import { clockMoment, hasCell, parseQuery } from './state/url.ts';
import type { AppContext } from './views/app_context.ts';
import { nextPaint } from './views/shared/dom.ts';

type LoadGradients = (context: AppContext) => Promise<void>;

/**
 * parentOrigin: whom it heeds and tells; null: nobody. query: has the moment to begin with. loadGradients:
 * loads what gradients need; without it only the forward pass is shown. setUpTools: makes numbers editable,
 * sets up what else the frame has of its own, and returns its keys; by default nothing of a frame is written.
 */
export async function openEmbeddedScene(
  boot: EmbedPage,
  parentOrigin: string | null,
  query: string,
  {
    loadGradients,
    setUpTools,
  }: { loadGradients?: LoadGradients; setUpTools?: (context: AppContext) => KeyActions },
) {
  const { context, opened } = openStage(boot);
  setUpControls(context);
  setUpKeyboard(context.state, setUpTools?.(context) ?? {});
  await opened;
  await showAddressedMoment(context, new URLSearchParams(query), loadGradients);
  lock(context.state, boot.embed.locked, setUpTools !== undefined);
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
  setUpAllTerms();
  setUpAccessibleGrids(context);
  setUpHoverAndSelect(context);
  linkLedgerTerms(state, showDescription(context));
  if (document.querySelector('#full')) setUpFullPageLink(() => linkToShown(context));
}

async function showAddressedMoment(
  context: AppContext,
  query: URLSearchParams,
  loadGradients?: LoadGradients,
) {
  const { state } = context;
  const { moment, direction, reading, granularity, shape, pin } = parseQuery(query);
  if (direction !== 'forward')
    await loadGradients?.(context).then(
      () => state.chooseDirection(direction, reading),
      (error) => state.reportError(error),
    );
  change(state, {
    ...(shape && { view: shape }),
    ...(granularity && { by: granularity }),
  });
  const summary = state.scene.peek()?.summary;
  if (!summary) return;
  const shown = state.direction.peek();
  if (query.has('step')) state.showMoment(clockMoment(summary, shown, moment), query.get('step'));
  if (pin && hasCell(summary, pin, shown)) state.pinnedCell.value = pin;
}

function lock(state: AppState, locked: boolean, editable: boolean) {
  state.locks.value = new Set(locked ? ['time', 'cells', 'numbers'] : editable ? [] : ['numbers']);
}
