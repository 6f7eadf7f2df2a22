/** The layers of a Sequential by their shapes, without weights and without a run. */

import type { ApiClient } from '../../data/client.ts';
import { NetworkClient } from '../../data/network_client.ts';
import type { Translate } from '../../model/i18n.ts';
import type { NetworkShapes } from '../../model/network.ts';
import { findElement, makeElement } from '../../views/shared/dom.ts';
import { writeToClipboard } from '../clipboard.ts';
import { makeButton } from './panel_part.ts';

type Layer = NetworkShapes['layers'][number];
type Column = [key: string, text: (layer: Layer) => string];

/** readShape: of the input, as the form has it; tell: says what is wrong. */
export function setUpShapesTable(
  form: HTMLFormElement,
  api: ApiClient,
  t: Translate,
  readShape: () => number[] | undefined,
  tell: (problem: unknown) => void,
) {
  const room = findElement('#open-shapes', HTMLElement);
  const client = new NetworkClient(api);
  findElement('#open-table', HTMLButtonElement, form).onclick = async () => {
    const code = findElement('[name=code]', HTMLTextAreaElement, form).value.trim();
    const shape = readShape();
    room.replaceChildren();
    if (!code) return tell(t('open.noCode'));
    if (!shape || shape.some(Number.isNaN)) return tell(t('open.noShape'));
    tell('');
    try {
      const shapes = await client.shapes(code, shape);
      room.replaceChildren(makeTable(shapes, t), makeButtons(client, code, shape, t, tell));
    } catch (problem) {
      tell(problem);
    }
  };
}

function makeTable({ layers, parameters, multiply_adds }: NetworkShapes, t: Translate): HTMLElement {
  const columns: Column[] = [
    ['network.name', ({ name }) => name],
    ['network.operator', ({ op }) => op],
    ['network.output', ({ output_shape }) => sizesText(output_shape)],
    ['network.parameters', (layer) => layer.parameters.toLocaleString('en')],
    ['network.work', (layer) => layer.multiply_adds.toLocaleString('en')],
    ['shapes.field', ({ receptive_field }) => sizesText(receptive_field?.size)],
    ['shapes.jump', ({ receptive_field }) => sizesText(receptive_field?.jump)],
    ['shapes.padding', ({ padding_share }) => (padding_share == null ? '' : `${percent(padding_share)} %`)],
  ];
  const sums = ['', '', '', parameters.toLocaleString('en'), multiply_adds.toLocaleString('en'), '', '', ''];
  const table = makeElement('table');
  table.append(
    makeElement('caption', '', t('shapes.title')),
    makeGroup('thead', 'th', [columns.map(([key]) => t(key))]),
    makeGroup(
      'tbody',
      'td',
      layers.map((layer) => columns.map(([, text]) => text(layer))),
    ),
    makeGroup('tfoot', 'td', [sums]),
  );
  const scroller = makeElement('div', 'shapes-table');
  scroller.tabIndex = 0;
  scroller.setAttribute('role', 'region');
  scroller.setAttribute('aria-label', t('shapes.title'));
  scroller.append(table);
  return scroller;
}

function makeGroup(name: string, cell: string, lines: string[][]) {
  const group = makeElement(name);
  for (const line of lines) {
    const row = makeElement('tr');
    row.append(...line.map((text) => makeElement(cell, '', text)));
    group.append(row);
  }
  return group;
}

function makeButtons(
  client: NetworkClient,
  code: string,
  shape: number[],
  t: Translate,
  tell: (problem: unknown) => void,
) {
  const row = makeElement('div', 'node-row');
  const status = makeElement('span', 'hint');
  status.role = 'status';
  const copy = (format: 'csv' | 'md') => async () => {
    try {
      const isCopied = await writeToClipboard(await client.shapesText(code, shape, format));
      status.textContent = t(isCopied ? 'shapes.copied' : 'shapes.notCopied');
    } catch (problem) {
      tell(problem);
    }
  };
  row.append(makeButton(t('shapes.markdown'), copy('md')), makeButton(t('shapes.csv'), copy('csv')), status);
  return row;
}

function sizesText(sizes: readonly number[] | null | undefined) {
  return sizes?.join(' × ') ?? '';
}

function percent(share: number) {
  return (100 * share).toFixed(1);
}
