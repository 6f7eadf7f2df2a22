/** The way from a layer to its stage, at the cell that is chosen, and from there back. */

import { computed, effect } from '@preact/signals-core';
import type { NetworkState } from '../../state/network.ts';
import { encodeQuery, parseQuery } from '../../state/url.ts';
import { makeElement } from '../../views/shared/dom.ts';
import { addressOf } from './address.ts';
import type { NetworkContext, PanelPart } from './panel_part.ts';

/** null: the node has no stage. */
export function makeStageLink({ state, view, t, frame }: NetworkContext): PanelPart | null {
  if (!state.openNode?.scene) return null;
  const link = makeElement('a', 'button', t('node.stage')) as HTMLAnchorElement;
  const element = makeElement('p');
  element.append(link);
  if (frame)
    link.onclick = (event) => {
      event.preventDefault();
      const page = link.getAttribute('href');
      if (page) frame.openStage(page);
    };
  // Another input makes another scene of the layer.
  const scene = computed(() => state.openNode?.scene ?? null);
  const page = computed(() => (scene.value ? pageOf(state, scene.value) : null));
  let latest = 0;
  const dispose = effect(() => {
    const [query, path, asked] = [stageQuery(state, addressOf(state, view)), page.value, ++latest];
    path?.then((found) => {
      if (found && asked === latest) link.href = `${found}?${query}`;
    });
  });
  return { element, dispose };
}

function pageOf(state: NetworkState, scene: string): Promise<string | null> {
  return state.client.scenePage(scene).catch((error) => {
    state.report(error);
    return null;
  });
}

/** back: the address of what is shown now. */
function stageQuery(state: NetworkState, back: string) {
  const cell = state.cell.value;
  const isOwn = cell && cell.edge === state.openNode?.outputs[0]?.name;
  const { channel, row, col } = isOwn ? cell : { channel: state.channel.value, row: 0, col: 0 };
  const moment = { outChannel: channel, row, col, tick: null };
  const query = encodeQuery({ ...parseQuery(new URLSearchParams()), moment }, 'product');
  const language = new URLSearchParams(location.search).get('lang');
  if (language) query.set('lang', language);
  query.set('network', back.slice('/n/'.length));
  return query.toString().replaceAll('%2C', ',');
}
