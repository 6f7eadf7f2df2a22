/** The way from a layer to its stage, at the cell that is chosen, and from there back. */

import { effect } from '@preact/signals-core';
import { encodeQuery, parseQuery } from '../../state/url.ts';
import { makeElement } from '../../views/shared/dom.ts';
import { addressOf } from './address.ts';
import type { NetworkContext, PanelPart } from './parts.ts';

/** null: the node has no stage. */
export function makeStageLink({ state, view, t }: NetworkContext): PanelPart | null {
  const node = state.openNode;
  if (!node?.scene) return null;
  const link = makeElement('a', 'button', t('node.stage')) as HTMLAnchorElement;
  const page = state.client.scenePage(node.scene).catch((error) => {
    state.report(error);
    return null;
  });
  const element = makeElement('p');
  element.append(link);
  let latest = 0;
  const dispose = effect(() => {
    const [query, asked] = [stageQuery(), ++latest];
    page.then((path) => {
      if (path && asked === latest) link.href = `${path}?${query}`;
    });
  });

  function stageQuery() {
    const cell = state.cell.value;
    const [channel, row, col] = cell && cell.edge === node?.outputs[0]?.name ? cellOf(cell) : [0, 0, 0];
    const moment = { outChannel: channel, row, col, tick: null };
    const query = encodeQuery({ ...parseQuery(new URLSearchParams()), moment }, 'product');
    const language = new URLSearchParams(location.search).get('lang');
    if (language) query.set('lang', language);
    query.set('network', addressOf(state, view).slice('/n/'.length));
    return query.toString().replaceAll('%2C', ',');
  }
  return { element, dispose };
}

function cellOf({ channel, row, col }: { channel: number; row: number; col: number }) {
  return [channel, row, col] as const;
}
