/** The pages of networks: one network, and where one is opened. */

import { effect } from '@preact/signals-core';
import { setUpFileDrop } from './controls/file_drop.ts';
import { syncAddress } from './controls/network/address.ts';
import { sortFiles } from './controls/network/dropped_files.ts';
import { setUpNodePanel } from './controls/network/node_panel.ts';
import { setUpOpenForm } from './controls/network/open_form.ts';
import { openNetwork } from './controls/network/open_network.ts';
import { setUpSearch } from './controls/network/search_box.ts';
import { setUpTable } from './controls/network/table.ts';
import { setUpTheme } from './controls/theme.ts';
import { ApiClient } from './data/client.ts';
import { formatError } from './data/error_message.ts';
import { NetworkClient } from './data/network_client.ts';
import { setUpGraphKeys } from './interactions/graph_keys.ts';
import { setUpGraphPointer } from './interactions/graph_pointer.ts';
import type { Translate } from './model/i18n.ts';
import { makeTranslate } from './model/i18n.ts';
import type { NetworkSummary } from './model/network.ts';
import { NetworkState } from './state/network.ts';
import { wantedForFollowed, wantedForShown } from './state/shown_tensor.ts';
import { ThemeState } from './state/theme.ts';
import { describeCell, describeNode } from './views/network/description.ts';
import { GraphView, loadPictures } from './views/network/graph_view.ts';
import { findElement, nextPaint, setText } from './views/shared/dom.ts';

interface Boot {
  language: string;
  api: string;
  messages: Record<string, string>;
  /** Of the network that the page is of. */
  summary?: NetworkSummary;
}

async function start() {
  const boot: Boot = JSON.parse(findElement('#boot', HTMLScriptElement).textContent ?? '');
  const t = makeTranslate(boot.messages, boot.language);
  const api = new ApiClient(boot.api, boot.language);
  if (boot.summary) openPage(api, t, boot.summary);
  else {
    setUpTheme(new ThemeState());
    setUpOpenForm(api, t);
  }
  await nextPaint();
  document.documentElement.dataset.ready = 'true';
}

function openPage(api: ApiClient, t: Translate, summary: NetworkSummary) {
  const state = new NetworkState(new NetworkClient(api), summary, t('network.input'));
  const room = findElement('#graph', HTMLElement);
  room.hidden = findElement('#network-tools', HTMLElement).hidden = false;
  const colors = setUpTheme(state);
  const view = new GraphView(state, findElement('#graph-canvas', HTMLCanvasElement), room, colors, t);
  const isThere = syncAddress(state, view);
  const panel = setUpNodePanel({ state, view, t, colors });
  loadPictures(view, () => [...wantedForShown(state), ...wantedForFollowed(state)]);
  const go = (index: number) => {
    state.openAt(index);
    view.reveal(index);
    panel.focus();
  };
  const search = setUpSearch(state, t, ({ index }) => go(index));
  setUpGraphPointer(view);
  setUpGraphKeys(view, { search, enterNode: panel.focus });
  setUpTable(state, go);
  setUpZoomButtons(view);
  setUpCompare(state);
  setUpGraphLine(state, t);
  showErrors(state, t, isThere);
  effect(() => {
    const { inputs, weights } = state.summary.value;
    const done = inputs.flatMap(({ prepared }) => prepared.map(({ message }) => message));
    const said = [
      weights?.message,
      done.length ? t('input.prepared', { done: [...new Set(done)].join('; ') }) : null,
    ];
    setText(findElement('#input-note', HTMLElement), said.map((text) => (text ? `· ${text}` : '')).join(' '));
  });
  setUpFileDrop((files) => {
    const { model, input } = sortFiles(files);
    if (model) openNetwork(api, { model }, { input }).catch((error) => state.report(error));
    else if (input) state.runOn(input);
  });
}

function setUpZoomButtons(view: GraphView) {
  findElement('#zoom-in', HTMLButtonElement).onclick = () => view.zoomBy(1.25);
  findElement('#zoom-out', HTMLButtonElement).onclick = () => view.zoomBy(1 / 1.25);
  findElement('#zoom-fit', HTMLButtonElement).onclick = () => view.fit();
}

function setUpCompare(state: NetworkState) {
  const box = findElement('#compare', HTMLInputElement);
  const option = findElement('#compare-option', HTMLElement);
  box.onchange = () => {
    state.differences.value = box.checked;
  };
  effect(() => {
    option.hidden = state.former.value === null;
    box.checked = state.differences.value;
  });
}

/** What is pointed at, or the node that the keyboard is at. */
function setUpGraphLine(state: NetworkState, t: Translate) {
  const line = findElement('#graph-line', HTMLElement);
  effect(() => {
    const [cell, focused] = [state.hovered.value, state.focused.value];
    const node = focused === null ? null : state.graph.value.nodes[focused];
    const isBusy = state.running.value;
    const said = cell ? describeCell(t, state, cell) : node ? describeNode(t, node) : '';
    setText(line, isBusy ? t('input.busy') : said);
  });
}

function showErrors(state: NetworkState, t: Translate, isThere: boolean) {
  const box = findElement('#network-message', HTMLElement);
  let isFirst = !isThere;
  effect(() => {
    const error = state.error.value;
    const text = error ? formatError(t, error) : isFirst ? t('network.gone') : '';
    isFirst = false;
    box.hidden = text === '';
    setText(box, text);
  });
}

start();
