/** The step in words and numbers, as text and as a table, and what happens now. */

import { effect, signal } from '@preact/signals-core';
import { inputChannelsOf } from '../model/geometry.ts';
import type { Translate } from '../model/i18n.ts';
import type { Ledger, LedgerLine } from '../model/ledger.ts';
import { ledgerLayerOf, makeLedger } from '../model/ledger.ts';
import {
  formatLineTerms,
  formatSentence,
  formatSums,
  joinSigned,
  splitSentence,
} from '../model/ledger_text.ts';
import type { Cell } from '../model/relations.ts';
import type { SceneModel } from '../model/scene_model.ts';
import type { Position } from '../model/timeline.ts';
import type { AppState } from '../state/app_state.ts';
import { findElement, makeElement, setText, throttle } from '../views/shared/dom.ts';
import { describeStamp } from './stamp_description.ts';

/** Beyond these the sentence tells the channel sums only, and the table the lines around the one at work. */
const MOST_TERMS = 28;
const MOST_SUMS = 16;
export const MAX_LINES = 8;

/** A step that takes longer to come than this, in milliseconds, is said to be on its way. */
const PATIENCE = 300;

export function showStepDescription(state: AppState, t: Translate, model: () => SceneModel | null) {
  const printed = signal<Ledger | null>(null);
  const write = makeTableWriter(t);
  const say = makeAnnouncer(state);
  const tell = throttle(() => {
    const [step, stamped, position, layer] = [
      state.step.peek(),
      state.stamp.peek(),
      state.position.peek(),
      model(),
    ];
    if (!position || !layer || !(step ?? stamped)) return;
    const named = ledgerLayerOf(
      layer,
      position.outChannel,
      inputChannelsOf(layer.summary, position.outChannel),
    );
    const shown = step && makeLedger(step, named);
    const width = layer.summary.shapes.output[2];
    const told = () => stamped && describeStamp(t, stamped, { ...named, width }, position);
    const telling = shown ? describeStep(t, shown, position) : told();
    if (!telling) return;
    write(telling, position, `${layer.summary.id}/${position.outChannel}`);
    say(telling, position);
    printed.value = shown;
  });
  effect(() => {
    state.step.value;
    state.stamp.value;
    state.position.value;
    tell(state.playing.value);
  });
  announceLoading(state, t);
  return printed;
}

/** What happens now, also for the ear. */
function makeAnnouncer(state: AppState) {
  const now = findElement('#step-description', HTMLElement);
  const live = findElement('#step-announcement', HTMLElement);
  return ({ happens, told }: StepDescription, position: Position) => {
    now.dataset.happens = happens;
    if (!now.dataset.asked) setText(now, happens);
    if (!state.playing.peek()) setText(live, position.place > 0 ? told() : happens);
  };
}

/** Says that a step is on its way, and takes it back. */
function announceLoading(state: AppState, t: Translate) {
  const now = findElement('#step-description', HTMLElement);
  const room = findElement('.ledger', HTMLElement);
  let later = 0;
  effect(() => {
    const missing = state.scene.value !== null && !state.stepLoaded.value && state.error.value === null;
    clearTimeout(later);
    room.setAttribute('aria-busy', String(missing));
    if (missing)
      later = window.setTimeout(() => now.dataset.asked || setText(now, t('now.loading')), PATIENCE);
  });
}

export interface StepDescription {
  /** Changes with what the table shows. */
  key: string;
  happens: string;
  told: () => string;
  /** Of what is told. */
  parts: () => (string | Node)[];
  /** The columns' names, by text key. */
  heads: string[];
  rows: () => HTMLElement[];
}

const STEP_HEADS = ['ledger.channel', 'ledger.terms', 'ledger.sum', 'ledger.running'];
const MAX_HEADS = ['ledger.channel', 'stage.values', 'stage.max'];
const MEAN_HEADS = ['ledger.channel', 'stage.terms', 'stage.mean'];

function describeStep(t: Translate, printed: Ledger, position: Position): StepDescription {
  const first = firstLine(printed, position);
  const pooled = printed.largest ? MAX_HEADS : MEAN_HEADS;
  return {
    key: `${printed.cell} ${first}`,
    happens: describeMoment(t, printed, position),
    told: () => describeSums(printed),
    parts: () => splitDescription(printed),
    heads: isPooled(printed) ? pooled : STEP_HEADS,
    rows: () => table(t, printed, first),
  };
}

function makeTableWriter(t: Translate) {
  const text = findElement('#step-sentence', HTMLElement);
  const body = findElement('#ledger-lines', HTMLTableSectionElement);
  const heads = [...findElement('.ledger table', HTMLTableElement).querySelectorAll('thead th')];
  let key = '';
  return ({ key: shown, parts, heads: names, rows }: StepDescription, position: Position, scene: string) => {
    const fresh = `${scene} ${shown}`;
    if (fresh !== key) {
      key = fresh;
      text.replaceChildren(...parts());
      heads.forEach((head, k) => {
        const name = names[k];
        if (head instanceof HTMLElement) head.hidden = name === undefined;
        if (name) setText(head, t(name));
      });
      body.replaceChildren(...rows());
    }
    for (const row of body.rows)
      row.classList.toggle('is-active', row.dataset.line === String(position.active));
  };
}

function isPooled({ lines }: Ledger) {
  return lines[0]?.terms[0]?.w === '';
}

/** Whether all terms stand in the sentence. */
function isShort(printed: Ledger) {
  if (isPooled(printed)) return true;
  return printed.whole && printed.lines.reduce((sum, line) => sum + line.terms.length, 0) <= MOST_TERMS;
}

function describeSums(printed: Ledger) {
  if (isShort(printed)) return formatSentence(printed);
  if (printed.lines.length <= MOST_SUMS) return `${printed.cell} = ${formatSums(printed)}`;
  const sums = printed.lines.map((line) => line.sum);
  const shown = joinSigned([...sums.slice(0, MOST_SUMS / 2), '…', ...sums.slice(-2), printed.bias]);
  return `${printed.cell} = ${shown} = ${printed.output}`;
}

/** The same in nodes: a channel's terms are an element, so that each can be pointed at. */
function splitDescription(printed: Ledger): (string | Node)[] {
  if (!isShort(printed)) return [describeSums(printed)];
  return splitSentence(printed).map((part) =>
    typeof part === 'string'
      ? part
      : marked(makeElement('span', 'terms', formatLineTerms(printed, part)), 'tap', part.channel),
  );
}

function marked(element: HTMLElement, grid: Cell['grid'], channel: number) {
  Object.assign(element.dataset, { grid, channel });
  return element;
}

function firstLine(printed: Ledger, position: Position) {
  const at = position.active >= 0 ? position.active : position.channels - 1;
  return Math.max(0, Math.min(Math.floor(at / MAX_LINES) * MAX_LINES, printed.lines.length - 1));
}

function table(t: Translate, printed: Ledger, first: number) {
  const lines = printed.lines
    .slice(first, first + MAX_LINES)
    .map((line, k) => lineRow(printed, line, first + k));
  if (isPooled(printed)) return lines;
  const last = printed.lines.at(-1)?.channel ?? 0;
  const total = makeElement('tr', 'total');
  const bias = makeElement('td', '', joinSigned(['', printed.bias]).trim());
  total.append(
    makeRowHeading(t('ledger.bias')),
    bias,
    makeElement('td'),
    marked(makeElement('td', 'number', printed.output), 'total', last),
  );
  return [...lines, total];
}

export function makeRowHeading(text: string) {
  const cell = makeElement('th', '', text);
  cell.setAttribute('scope', 'row');
  return cell;
}

function lineRow(printed: Ledger, line: LedgerLine, index: number) {
  const row = makeElement('tr');
  row.dataset.line = String(index);
  row.append(
    makeRowHeading(String(line.channel)),
    marked(makeElement('td', 'terms', formatLineTerms(printed, line)), 'tap', line.channel),
    marked(makeElement('td', 'number', line.sum), 'sum', line.channel),
  );
  if (!isPooled(printed))
    row.append(marked(makeElement('td', 'number', line.running), 'running', line.channel));
  return row;
}

/** Which of several largest values goes on. */
function describeTie(t: Translate, { largest, lines }: Ledger) {
  const [line] = lines;
  const times = line?.terms.filter(({ empty, product }) => !empty && product === line.sum).length ?? 0;
  return largest && times > 1 ? t('now.max.tie', { times }) : '';
}

function describeMoment(t: Translate, printed: Ledger, position: Position) {
  const { cell } = printed;
  const line = printed.lines[Math.max(position.active, 0)];
  const channel = line?.channel ?? 0;
  const [sum, running] = [line?.sum ?? '', line?.running ?? ''];
  if (position.place > 0)
    return [t('now.place', { cell, output: printed.output }), describeTie(t, printed)].join(' ').trim();
  if (position.bias > 0 && !isPooled(printed))
    return t('now.bias', { bias: printed.bias, output: printed.output });
  if (position.slide < 1) return t('now.slide', { cell });
  if (isPooled(printed)) {
    if (position.sum === 0 && position.accumulate === 0) return t('now.pool', { channel, sum });
    return printed.largest
      ? [t('now.max', { sum }), describeTie(t, printed)].join(' ').trim()
      : t('now.mean', { sum });
  }
  if (position.active < 0) return t(position.sum > 0 ? 'now.sums' : 'now.multiply.all', { cell });
  if (position.accumulate > 0) return t('now.accumulate', { channel, sum, running });
  if (position.sum > 0) return t('now.sum', { channel, sum });
  return t('now.multiply', { channel });
}
