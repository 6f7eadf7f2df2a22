/** The step or the stamp as text and as a table, and what happens now or what the active cell is. */

import type { ReadonlySignal } from '@preact/signals-core';
import { computed, effect, signal } from '@preact/signals-core';
import type { Translate } from '../model/i18n.ts';
import type { Ledger } from '../model/ledger.ts';
import { ledgerLayerOf, makeLedger } from '../model/ledger.ts';
import { splitTotal } from '../model/ledger_text.ts';
import type { Cell } from '../model/relations.ts';
import { isSameCell } from '../model/relations.ts';
import type { SceneModel } from '../model/scene_model.ts';
import { makeStampLedger } from '../model/stamp_ledger.ts';
import type { Step } from '../model/step.ts';
import { phaseKey } from '../model/timeline.ts';
import type { AppState } from '../state/app_state.ts';
import type { AppContext } from '../views/app_context.ts';
import type { AnyFrame } from '../views/registry.ts';
import { shownDrawing } from '../views/registry.ts';
import { describeStamp } from '../views/scatter/description.ts';
import type { DescribedRow, DescribedText, Description } from '../views/shared/description.ts';
import { findElement, findElements, makeElement, setText } from '../views/shared/dom.ts';
import { describeStep } from '../views/stage/description.ts';
import { describeCell } from '../views/stage/relations_description.ts';

/** A step that takes longer to come than this, in milliseconds, is said to be loading. */
const LOADING_DELAY = 300;

/** The most lines of the table that have a row of their own, in sight and else. */
const MAX_ROWS = 64;
const MAX_HIDDEN_ROWS = 6;

/** Returns the ledger that is shown. */
export function showDescription(context: AppContext): ReadonlySignal<Ledger | null> {
  const { state, t, model, frame, gradients } = context;
  const shownLedger = signal<Ledger | null>(null);
  const moment = signal({ text: '', terms: '' });
  const table = makeTable(t);
  const live = findElement('#step-announcement', HTMLElement);
  const rounded = findElement('#ledger-rounded', HTMLElement);
  const line = findElement('#step-description', HTMLElement);
  const terms = findElement('#now-terms', HTMLElement);
  const addends = findElement('.addends', HTMLElement, terms);
  const total = findElement('.total', HTMLElement, terms);
  const update = () => {
    const [position, layer, shown] = [state.position.peek(), model(), frame()];
    const described = describeShown(context, shown);
    if (!position || !layer || !described) return;
    const { description, ledger } = described;
    table.show(description, `${layer.summary.id}/${position.outChannel}/${shown?.view}`);
    moment.value = { text: description.moment, terms: description.terms ?? '' };
    if (!state.playing.peek())
      setText(live, position.place > 0 ? description.sentence() : description.moment);
    rounded.hidden = state.direction.peek() !== 'forward' || (ledger?.exact ?? true);
    shownLedger.value = ledger;
  };
  // Numbers that nobody can read are not shown late, but not at all.
  const sayTooFast = () => {
    moment.value = { text: t('now.fast'), terms: '' };
    shownLedger.value = null;
  };
  // Within a phase the words stay, while time runs through it.
  const phase = computed(() => state.position.value && phaseKey(state.position.value));
  effect(() => {
    if (state.held.value) return;
    // Which may have said before that the numbers are on their way.
    if (state.tooFastToRead.value) return state.stepLoaded.value ? sayTooFast() : undefined;
    state.step.value;
    state.stamp.value;
    gradients.value?.moment.value;
    // Each view prints with its own decimals and in its own order, once its drawing is loaded.
    const layer = state.scene.value?.summary;
    if (layer) shownDrawing(layer, state.shownView.value);
    phase.value;
    update();
  });
  effect(() => hideTable(state.tooFastToRead.value));
  // Without a keyboard there is no Escape to tell of.
  const byTouch = matchMedia('(pointer: coarse)');
  effect(() => {
    const [active, layer] = [state.activeCell.value, model()];
    const back = state.direction.value !== 'forward' && gradients.value;
    const text =
      active && layer
        ? back
          ? back.describeCell(active.cell)
          : describeCell(state, t, layer, active.cell)
        : '';
    const editable = active && isEditable(active.cell, layer) && !state.locks.value.has('numbers');
    const byKey = editable ? 'ask.pinned.edit' : 'ask.pinned';
    const note = active?.pinned ? ` ${t(byTouch.matches ? 'ask.pinned.touch' : byKey)}` : '';
    const [given, hovered] = [state.place.value, state.hoveredCell.value];
    const isAsked = [hovered, active?.cell ?? null].some((cell) => isSameCell(given?.cell ?? null, cell));
    const place = isAsked ? given : null;
    const said = text && place?.cell !== null ? text + note : '';
    const now = place ? { text: place.text, terms: said ? place.text : '' } : moment.value;
    setText(line, said || now.text);
    const shown = said && !place ? '' : now.terms;
    const [left, right] = place ? [shown, ''] : splitTotal(shown);
    setText(addends, left);
    setText(total, right);
    terms.classList.toggle('is-place', !!place);
  });
  announceLoading(state, () => {
    moment.value = { text: t('now.loading'), terms: '' };
  });
  return shownLedger;
}

/** The step or the stamp of this moment, with the decimals of a frame; null while it is on its way. */
export function describeShown(
  { state, t, model, gradients }: AppContext,
  frame: AnyFrame | null,
): { description: Description; ledger: Ledger | null } | null {
  const [step, stamp, position, layer] = [
    state.step.peek(),
    state.stamp.peek(),
    state.position.peek(),
    model(),
  ];
  if (!position || !layer) return null;
  const { summary } = layer;
  const ledgerLayer = ledgerLayerOf(layer, position.outChannel);
  const ledger = step && (stageLedger(frame, step) ?? makeLedger(step, ledgerLayer));
  const stampLedger = stamp && makeStampLedger(stamp, { ...ledgerLayer, width: summary.shapes.output[2] });
  const description =
    state.direction.peek() !== 'forward'
      ? gradients.peek()?.describe()
      : ledger
        ? describeStep(t, ledger, position, { summary, granularity: state.granularity.peek() })
        : stampLedger && describeStamp(t, stampLedger, position);
  return description ? { description, ledger } : null;
}

/** In place of numbers that pass too quickly to be read, the ledger says when they are back. */
function hideTable(hidden: boolean) {
  findElement('#ledger-numbers', HTMLElement).hidden = hidden;
  findElement('#ledger-fast', HTMLElement).hidden = !hidden;
}

/** The step as the stage prints it: with the same decimals. */
function stageLedger(frame: AnyFrame | null, step: Step): Ledger | null {
  const prints = frame?.view === 'stage' || frame?.view === 'signal';
  return prints && frame.step === step ? frame.ledger : null;
}

/** Whether a number can be typed in place of a cell's. */
export function isEditable({ grid }: Cell, layer: SceneModel | null) {
  if (grid === 'weight' || grid === 'bias') return !!layer?.summary.shapes[grid];
  return grid === 'input' || grid === 'upstream';
}

function announceLoading(state: AppState, announce: () => void) {
  const ledger = findElement('.ledger', HTMLElement);
  let timer = 0;
  effect(() => {
    const missing = state.scene.value !== null && !state.stepLoaded.value && state.error.value === null;
    clearTimeout(timer);
    ledger.setAttribute('aria-busy', String(missing));
    if (missing) timer = window.setTimeout(announce, LOADING_DELAY);
  });
}

/** The table is written anew where it is opened or printed, with more rows. */
function makeTable(t: Translate) {
  const opener = findElement('#all-terms', HTMLButtonElement);
  const write = makeTableWriter(t);
  let shown: [Description, string] | null = null;
  // Where the table is below the stage, it has no button.
  const isSeen = () => opener.ariaExpanded === 'true' || !opener.checkVisibility();
  const update = (seen = isSeen()) => shown && write(...shown, seen ? MAX_ROWS : MAX_HIDDEN_ROWS);
  opener.addEventListener('click', () => update());
  addEventListener('beforeprint', () => update(true));
  return {
    show(...given: [Description, string]) {
      shown = given;
      update();
    },
  };
}

function makeTableWriter(t: Translate) {
  const detail = findElement('#ledger-detail', HTMLElement);
  const sentence = findElement('#step-sentence', HTMLElement);
  const body = findElement('#ledger-lines', HTMLTableSectionElement);
  const heads = findElements('#ledger-detail thead th');
  let written = '';
  return (description: Description, scene: string, most: number) => {
    const { key, parts, headings, rows, workingLine, activeLine } = description;
    const first = Math.max(0, Math.floor(workingLine / most) * most);
    const wanted = [scene, key, first, most].join(' ');
    if (written !== wanted) {
      written = wanted;
      sentence.replaceChildren(
        ...parts().map((part) => (typeof part === 'string' ? part : makeText('span', part))),
      );
      heads.forEach((head, k) => {
        const heading = headings[k];
        head.hidden = heading === undefined;
        if (heading) setText(head, t(heading));
      });
      body.replaceChildren(...rows({ first, end: first + most }).map(makeRow));
    }
    // Those before the first have one row.
    const active = activeLine < 0 ? undefined : body.rows[activeLine - first + (first > 0 ? 1 : 0)];
    if (active?.classList.contains('is-active')) return;
    for (const row of body.rows) row.classList.toggle('is-active', row === active);
    if (active) scrollTo(active, detail);
  };
}

/** Scrolls the box alone, not the page. */
function scrollTo(row: HTMLElement, box: HTMLElement) {
  const [inner, outer] = [row.getBoundingClientRect(), box.getBoundingClientRect()];
  box.scrollTop += Math.min(0, inner.top - outer.top) + Math.max(0, inner.bottom - outer.bottom);
}

function makeText(name: string, { text, kind, grid, channel }: DescribedText) {
  const element = makeElement(name, kind ?? '', text);
  if (grid) Object.assign(element.dataset, { grid, channel });
  return element;
}

function makeRow({ heading, cells, total }: DescribedRow) {
  const row = makeElement('tr', total ? 'total' : '');
  const head = makeElement('th', '', heading);
  head.setAttribute('scope', 'row');
  row.append(head, ...cells.map((cell) => makeText('td', cell)));
  return row;
}
