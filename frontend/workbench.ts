/** The controls of the workbench. */

import { effect } from '@preact/signals-core';
import { setUpAboutLine, setUpAllTerms } from './controls/all_terms.ts';
import { copyShown, linkToShown } from './controls/copy_step.ts';
import { showDescription } from './controls/description.ts';
import { nextDirection, setUpDirection } from './controls/direction.ts';
import { showErrors } from './controls/error_message.ts';
import { setUpFileDrop } from './controls/file_drop.ts';
import { carryOver } from './controls/language_switch.ts';
import { linkLedgerTerms } from './controls/ledger_links.ts';
import { setUpLegend } from './controls/legend.ts';
import { setUpChannelChoice, setUpTranspose } from './controls/matrix_controls.ts';
import { openMoreMenu } from './controls/more_menu.ts';
import { loadOnce, openOnDemand } from './controls/on_demand.ts';
import { setUpOutputChooser } from './controls/output_chooser.ts';
import { wasPanelOpen } from './controls/panel_memory.ts';
import { setUpPresenter } from './controls/presenter.ts';
import { makeTextLoader } from './controls/text_loader.ts';
import { setUpTransport } from './controls/transport.ts';
import { setUpUndoRedo } from './controls/undo_redo.ts';
import { syncUrl } from './controls/url_sync.ts';
import { showViewCaption } from './controls/view_caption.ts';
import { setUpAccessibleGrids } from './interactions/accessible_grids.ts';
import { CellEditor } from './interactions/cell_editor.ts';
import { setUpHoverAndSelect } from './interactions/hover_and_select.ts';
import { setUpKeyboard } from './interactions/keyboard.ts';
import { setUpPanAndZoom } from './interactions/pan_and_zoom.ts';
import { setUpPinnedCellEditing } from './interactions/pinned_cell_editing.ts';
import { ownShape } from './model/dimensions.ts';
import type { Translate } from './model/i18n.ts';
import type { ViewName } from './model/types.ts';
import type { AppState } from './state/app_state.ts';
import { currentScene } from './state/edit_history.ts';
import { EditSession } from './state/edit_session.ts';
import type { AppContext } from './views/app_context.ts';
import { findElement, findElements, setText } from './views/shared/dom.ts';

type LoadSheets = () => Promise<typeof import('./sheets.ts')>;

/** The end of an address that is to play at once; in old links it is the play button's id. */
const PLAYS = ['#playing', '#play'];

/** Returns what waits until all that the address names is shown, and begins to play where that is wanted. */
export function setUpWorkbench(parts: AppContext): () => Promise<unknown> {
  const { state, canvas, t, boot, model } = parts;
  const changes = new EditSession(state, state.api, boot.scene);
  const before = carryOver('history', () => changes.history.peek());
  if (before && currentScene(before) === boot.scene) changes.history.value = before;
  showErrors(parts);
  setUpTransport(state, t);
  setUpOutputChooser(parts);
  const loadTexts = makeTextLoader(boot);
  const loadSheets: LoadSheets = async () => (await Promise.all([import('./sheets.ts'), loadTexts()]))[0];
  const chooseDirection = setUpDirection(parts, async (choose) =>
    (await loadSheets()).setUpGradients(parts, changes, choose),
  );
  setUpKeyboard(state, {
    help: setUpLegend(parts),
    present: setUpPresenter(state),
    turn: () => chooseDirection(nextDirection(state)),
    save: () => findElement('#save-open', HTMLButtonElement).click(),
  });
  setUpTints(state, canvas, t);
  setUpViewChoice(state, t);
  moveMatrices(parts, loadSheets);
  setUpTranspose(state, t);
  setUpChannelChoice(state, t, model);
  showViewCaption(parts);
  setUpAboutLine();
  setUpAllTerms();
  setUpAccessibleGrids(parts);
  setUpHoverAndSelect(parts);
  setUpPanAndZoom(parts);
  linkLedgerTerms(state, showDescription(parts));
  setUpPinnedCellEditing(parts, new CellEditor(parts, changes, loadSheets));
  setUpUndoRedo(changes);
  setUpSheets(parts, changes, loadSheets);
  setUpCopyButtons(parts);
  setUpPrinting(parts);
  const { named, shown } = syncUrl(parts, changes, chooseDirection);
  return async () => {
    await shown();
    if (boot.autoplay || PLAYS.includes(location.hash)) begin(state, named);
  };
}

/** What scrolls and zooms matrices comes with the first of them, as their drawing does. */
function moveMatrices(parts: AppContext, loadSheets: LoadSheets) {
  const { state } = parts;
  const load = loadOnce(async () => (await loadSheets()).setUpMatrixViews(parts));
  effect(() => {
    if (['stage', 'scatter'].includes(state.shownView.value) && state.direction.value === 'forward') return;
    load().catch((error) => state.reportError({ status: 0, message: String(error) }));
  });
}

/** The panel and the strip that inspects a cell are large, and loaded when they are first opened. */
function setUpSheets(parts: AppContext, changes: EditSession, loadSheets: LoadSheets) {
  const { state, t } = parts;
  const fail = (error: unknown) => state.reportError({ status: 0, message: String(error) });
  const loadPanel = loadOnce(async () => (await loadSheets()).setUpPanel(state, changes, t));
  const loadInspect = loadOnce(async () => (await loadSheets()).setUpInspect(parts));
  const loadSave = loadOnce(async () => (await loadSheets()).setUpSavePicture(parts));
  // The picture is of the moment at which it is asked for.
  const saveNow = () => {
    state.playing.value = false;
    return loadSave();
  };
  const loadEmbed = loadOnce(async () => (await loadSheets()).setUpSceneEmbedding(parts));
  openOnDemand(findElement('#save-open', HTMLButtonElement), saveNow, fail);
  openOnDemand(findElement('#embed-open', HTMLButtonElement), loadEmbed, fail);
  openOnDemand(findElement('#panel-open', HTMLButtonElement), loadPanel, fail);
  openOnDemand(findElement('#inspect-open', HTMLButtonElement), loadInspect, fail);
  findElement('#more', HTMLButtonElement).onclick = openMoreMenu;
  for (const button of findElements('[data-close]'))
    button.onclick = () => button.closest<HTMLElement>('[popover]')?.hidePopover();
  const takeFile = (file: File, name?: 'input') =>
    loadPanel().then((panel) => panel.sources.take(file, name), fail);
  setUpFileDrop(([file]) => {
    if (!file) return;
    if (/\.onnx$/i.test(file.name)) openModel(parts, file).catch(fail);
    else takeFile(file);
  });
  setUpPicturePaste((picture) => takeFile(picture, 'input'));
  if (wasPanelOpen()) loadPanel().catch(fail);
}

/** Goes to the page of a network. */
async function openModel({ state }: AppContext, model: Blob) {
  const { openNetwork } = await import('./sheets.ts');
  await openNetwork(state.api, { model }).catch((error) => state.reportError(error));
}

/** The first page, and an example, play by themselves. named: whether the address names what is shown. */
function begin(state: AppState, named: boolean) {
  if (PLAYS.includes(location.hash)) {
    // The browser has gone to the button.
    document.querySelector<HTMLElement>(`${location.hash}:focus`)?.blur();
    scrollTo(0, 0);
    history.replaceState(null, '', location.pathname + location.search);
  }
  if (!named && !state.reducedMotion.peek() && !state.playing.peek()) state.togglePlay();
}

/** A picture's channels in their own tints. */
function setUpTints(state: AppState, canvas: HTMLCanvasElement, t: Translate) {
  const box = findElement('#tints', HTMLInputElement);
  const room = findElement('#tints-option', HTMLElement);
  box.onchange = () => {
    state.tinted.value = box.checked;
  };
  effect(() => {
    box.checked = state.tinted.value;
  });
  effect(() => {
    const summary = state.scene.value?.summary;
    if (!summary) return;
    const { shapes, dimensions } = summary;
    const size = (shape: number[]) => ownShape(dimensions, shape).join('×');
    room.hidden = shapes.input[0] !== 3 || Math.min(shapes.input[1], shapes.input[2]) < 24;
    canvas.setAttribute(
      'aria-label',
      t(`${state.shownView.value}.label`, { input: size(shapes.input), output: size(shapes.output) }),
    );
  });
}

function setUpViewChoice(state: AppState, t: Translate) {
  const set = findElement('#views', HTMLFieldSetElement);
  for (const radio of set.querySelectorAll('input')) {
    radio.onchange = () => {
      state.chooseView(radio.value as ViewName);
    };
    effect(() => {
      radio.checked = state.chosenView.value === radio.value;
    });
  }
  effect(() => {
    const linear = state.scene.value?.summary.shapes.weight !== null;
    set.disabled = !linear;
    set.title = linear ? '' : (set.dataset.none ?? '');
    const transposed = state.scene.value?.summary.operation.kind === 'conv_transpose2d';
    const scatters = transposed && state.direction.value === 'forward';
    findElement('#view-scatter', HTMLElement).hidden = !scatters;
    setText(findElement('#view-stage', HTMLElement), t(scatters ? 'view.gather' : 'view.stage'));
  });
}

/** Pictures that are pasted onto the page. */
function setUpPicturePaste(take: (picture: File) => void) {
  addEventListener('paste', (event) => {
    const file = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith('image/'));
    if (!file) return;
    event.preventDefault();
    take(file);
  });
}

/** The width of a picture over its height up to which it is printed beside its terms. */
const BESIDE = 1.4;

/** What is printed says where it is from, and is as large as its shape allows. */
function setUpPrinting(parts: AppContext) {
  const ledger = findElement('.ledger', HTMLElement);
  const workspace = findElement('.workspace', HTMLElement);
  addEventListener('beforeprint', () => {
    ledger.dataset.link = linkToShown(parts);
    parts.paintNow();
    const aspect = parts.canvas.width / parts.canvas.height;
    workspace.style.setProperty('--aspect', `${aspect}`);
    workspace.classList.toggle('prints-beside', aspect < BESIDE);
  });
  addEventListener('afterprint', () => delete ledger.dataset.link);
}

function setUpCopyButtons(parts: AppContext) {
  for (const form of ['text', 'tex', 'json', 'link'] as const) {
    findElement(`#copy-${form}`, HTMLButtonElement).onclick = () => {
      setText(findElement('#copy-status', HTMLElement), '');
      copyShown(form, parts);
    };
  }
}
