/** The small ledger of the chosen cell: the formula with its numbers, and where each number comes from. */

import { computed, effect, signal } from '@preact/signals-core';
import type { CellLedger, NetworkCell } from '../../model/network.ts';
import { formatShort } from '../../model/numbers.ts';
import { makeElement } from '../../views/shared/dom.ts';
import type { NetworkContext, PanelPart } from './panel_part.ts';
import { makeButton } from './panel_part.ts';

/** Rows of the columns that are shown. */
const MOST_ROWS = 24;

export function makeCellLedger(context: NetworkContext): PanelPart {
  const { state, t } = context;
  const element = makeElement('section', 'cell-ledger');
  const ledger = signal<CellLedger | null>(null);
  const asked = computed(() => {
    const [cell, node] = [state.cell.value, state.openNode];
    const isOwn =
      cell !== null && node?.kind === 'node' && node.outputs.some(({ name }) => name === cell.edge);
    return isOwn && !node.scene ? { id: state.id, node: node.name, cell } : null;
  });
  const stopAsking = effect(() => {
    const now = asked.value;
    ledger.value = null;
    if (!now) return;
    state.client.cell(now.id, now.node, now.cell).then(
      (cellLedger) => {
        if (asked.peek() === now) ledger.value = cellLedger;
      },
      (error) => asked.peek() === now && state.report(error),
    );
  });
  const dispose = effect(() => {
    const cellLedger = ledger.value;
    element.hidden = cellLedger === null || !(cellLedger.formula || cellLedger.note);
    if (!cellLedger) return;
    const parts = [makeElement('h3', '', t('ledger.title'))];
    if (cellLedger.note) parts.push(makeElement('p', 'node-note', cellLedger.note));
    if (cellLedger.formula) parts.push(makeElement('p', 'formula', cellLedger.formula));
    if (cellLedger.worked) parts.push(makeElement('p', 'formula', cellLedger.worked));
    if (cellLedger.terms.length) parts.push(makeTerms(context, cellLedger));
    if (cellLedger.columns.length) parts.push(makeColumns(context, cellLedger));
    element.replaceChildren(...parts);
  });
  const end = () => {
    stopAsking();
    dispose();
  };
  return { element, dispose: end };
}

function makeTerms(context: NetworkContext, { terms }: CellLedger) {
  const list = makeElement('dl', 'node-facts');
  for (const { name, value, edge, index } of terms) {
    const cell = makeElement('dd', '', formatShort(value));
    const place = placeButton(context, edge, index);
    if (place) cell.append(' ', place);
    list.append(makeElement('dt', '', name), cell);
  }
  return list;
}

/** The numbers that are summed, side by side: as many as can be looked through. */
function makeColumns(context: NetworkContext, { columns }: CellLedger) {
  const room = makeElement('div', 'ledger-columns');
  const table = makeElement('table');
  const head = makeElement('tr');
  head.append(columnHead(context.t('ledger.index')), ...columns.map(({ name }) => columnHead(name)));
  const rows = Math.max(...columns.map(({ values }) => values.length));
  const body = Array.from({ length: Math.min(rows, MOST_ROWS) }, (_, i) => {
    const row = makeElement('tr');
    const index = makeElement('th', 'number', rowIndex(columns, i));
    index.setAttribute('scope', 'row');
    row.append(index);
    for (const { values, edge, indices } of columns) {
      const value = values[i];
      const cell = makeElement('td', 'number');
      const text = value === undefined ? '' : formatShort(value);
      cell.append(placeButton(context, edge, indices?.[i] ?? null, text) ?? text);
      row.append(cell);
    }
    return row;
  });
  table.append(head, ...body);
  room.append(table);
  if (rows > MOST_ROWS)
    room.append(makeElement('p', 'node-note', context.t('ledger.more', { count: rows - MOST_ROWS })));
  return room;
}

/** Where the row's number stands in its tensor, without the sample, or in the list. */
function rowIndex(columns: CellLedger['columns'], i: number) {
  const own = columns.find(({ indices }) => indices?.[i])?.indices?.[i];
  return own && own.length > 1 ? own.slice(1).join(', ') : String(i);
}

function columnHead(name: string) {
  const head = makeElement('th', 'number', name);
  head.setAttribute('scope', 'col');
  return head;
}

/** Goes to a cell of an edge; null where the number is of none. */
function placeButton(
  { state, view }: NetworkContext,
  edge: string | null,
  index: number[] | null,
  text?: string,
) {
  const maker = edge === null ? undefined : state.graph.peek().edges.get(edge)?.maker;
  if (edge === null || index === null || maker === undefined || index.length < 2) return null;
  const [, channel = 0, ...places] = index;
  const [row = 0, col = 0] = places.length === 1 ? [0, ...places] : places;
  const cell: NetworkCell = { edge, channel, row, col };
  const go = () => {
    state.openAt(maker, cell);
    view.reveal(maker);
  };
  const button = makeButton(text ?? `${edge} [${index.slice(1).join(', ')}]`, go, 'link');
  if (text !== undefined) button.title = `${edge} [${index.slice(1).join(', ')}]`;
  return button;
}
