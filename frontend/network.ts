/** The pages of networks: one network, and where one is opened. */

import { effect } from '@preact/signals-core';
import type { Frames } from './controls/embed/embed_dialog.ts';
import { setUpFileDrop } from './controls/file_drop.ts';
import { addressOf, syncAddress } from './controls/network/address.ts';
import { sortFiles } from './controls/network/dropped_files.ts';
import { setUpOpenForm } from './controls/network/open_form.ts';
import { openNetwork } from './controls/network/open_network.ts';
import { setUpSearch } from './controls/network/search_box.ts';
import { setUpTable } from './controls/network/table.ts';
import { loadOnce, openOnDemand } from './controls/on_demand.ts';
import { setUpTheme } from './controls/theme.ts';
import { ApiClient } from './data/client.ts';
import type { Translate } from './model/i18n.ts';
import { makeTranslate } from './model/i18n.ts';
import type { NetworkSummary } from './model/network.ts';
import type { OpenGraph } from './network_graph.ts';
import { openGraph } from './network_graph.ts';
import type { NetworkState } from './state/network.ts';
import { ThemeState } from './state/theme.ts';
import { findElement, nextPaint, setText } from './views/shared/dom.ts';

interface Boot {
  language: string;
  api: string;
  messages: Record<string, string>;
  /** Of the network that the page is of. */
  summary?: NetworkSummary;
  frames?: Frames;
}

/** What of the page's address a frame has too. */
const EMBEDDED = ['node', 'input', 'edge', 'channel', 'cell', 'lang'];

async function start() {
  const boot: Boot = JSON.parse(findElement('#boot', HTMLScriptElement).textContent ?? '');
  const t = makeTranslate(boot.messages, boot.language);
  const api = new ApiClient(boot.api, boot.language);
  const { summary } = boot;
  if (summary) openPage(api, t, { ...boot, summary });
  else {
    setUpTheme(new ThemeState());
    setUpOpenForm(api, t);
  }
  await nextPaint();
  document.documentElement.dataset.ready = 'true';
}

function openPage(api: ApiClient, t: Translate, boot: Boot & { summary: NetworkSummary }) {
  findElement('#network-tools', HTMLElement).hidden = false;
  const search = ({ state, go }: OpenGraph) => setUpSearch(state, t, ({ index }) => go(index));
  const { state, go } = openGraph(api, t, boot.summary, syncAddress, search);
  setUpTable(state, go);
  setUpCompare(state);
  setUpEmbedding(state, t, boot.frames);
  effect(() => {
    const { inputs, weights } = state.summary.value;
    const key = inputs.length > 1 ? 'input.prepared.of' : 'input.prepared';
    const notes = [
      weights?.message,
      ...inputs.map(({ name, prepared }) => {
        const done = prepared.map(({ message }) => message);
        if (!done.length) return null;
        return t(key, {
          name,
          done: done.reduce((before, next) => t('input.prepared.next', { before, next })),
        });
      }),
    ];
    setText(
      findElement('#input-note', HTMLElement),
      notes.map((text) => (text ? `· ${text}` : '')).join(' '),
    );
  });
  setUpFileDrop((files) => {
    const { model, input } = sortFiles(files);
    if (model) openNetwork(api, { model }, { input }).catch((error) => state.report(error));
    else if (input) state.runOn(input);
  });
}

/** The dialog is loaded when it is first opened. */
function setUpEmbedding(state: NetworkState, t: Translate, frames: Boot['frames']) {
  const embedding = () => {
    const query = new URL(addressOf(state), location.href).searchParams;
    const shown = Object.fromEntries([...query].filter(([name]) => EMBEDDED.includes(name)));
    return { kind: 'network' as const, id: state.id, shown };
  };
  const load = loadOnce(async () => {
    const { setUpEmbedDialog } = await import('./controls/embed/embed_dialog.ts');
    return setUpEmbedDialog({ t, frames, choices: ['theme'], embedding });
  });
  openOnDemand(findElement('#embed-open', HTMLButtonElement), load, (error) => state.report(error));
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

start();
