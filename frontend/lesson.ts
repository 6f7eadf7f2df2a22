/** A step of a lesson: its text, and the live stage beside it. */

import { setUpAllTerms } from './controls/all_terms.ts';
import { showDescription } from './controls/description.ts';
import { showErrors } from './controls/error_message.ts';
import { linkLedgerTerms } from './controls/ledger_links.ts';
import type { LessonPage } from './controls/lesson/lesson_data.ts';
import { setUpNavigation } from './controls/lesson/navigation.ts';
import { setUpStep } from './controls/lesson/step.ts';
import { setUpOutputChooser } from './controls/output_chooser.ts';
import { setUpPresenter } from './controls/presenter.ts';
import { setUpTransport } from './controls/transport.ts';
import { readSummary } from './data/client.ts';
import { setUpAccessibleGrids } from './interactions/accessible_grids.ts';
import { CellEditor } from './interactions/cell_editor.ts';
import { setUpHoverAndSelect } from './interactions/hover_and_select.ts';
import { setUpKeyboard } from './interactions/keyboard.ts';
import { setUpPinnedCellEditing } from './interactions/pinned_cell_editing.ts';
import { openStage, readBoot } from './stage.ts';
import { EditSession } from './state/edit_session.ts';
import type { AppContext } from './views/app_context.ts';
import { nextPaint } from './views/shared/dom.ts';

const loadTasks = () => import('./lesson_on_demand.ts');

async function start() {
  const boot = (await readBoot()) as LessonPage;
  const { context, opened } = openStage(boot);
  await nextPaint();
  setUpControls(context);
  await opened;
  let end = setUpStep(context, boot, loadTasks);
  const showStep = async (page: LessonPage) => {
    end();
    const summary = await readSummary(page.summary);
    // The texts are those of the first step, to which more may have come since.
    Object.assign(context.boot, page, { summary, messages: context.boot.messages });
    await context.state.open(summary);
    end = setUpStep(context, page, loadTasks);
  };
  setUpNavigation(showStep);
  await nextPaint();
  document.documentElement.dataset.ready = 'true';
}

function setUpControls(context: AppContext) {
  const { state, t, boot } = context;
  const changes = new EditSession(state, state.api, boot.scene);
  showErrors(context);
  setUpTransport(state, t);
  setUpOutputChooser(context);
  setUpKeyboard(state, { present: setUpPresenter(state) });
  setUpAllTerms();
  setUpAccessibleGrids(context);
  setUpHoverAndSelect(context);
  linkLedgerTerms(state, showDescription(context));
  setUpPinnedCellEditing(context, new CellEditor(context, changes, loadTasks));
}

start();
