/** The legend and the help, which are loaded when one is first opened, and the marks that open the legend. */

import { effect } from '@preact/signals-core';
import { isSameCell } from '../model/relations.ts';
import type { AppContext } from '../views/app_context.ts';
import { findLegendEntry, isChannelFrame } from '../views/registry.ts';
import { findElement, makeElement } from '../views/shared/dom.ts';
import { hitScale } from '../views/stage/headings.ts';
import type { LegendEntry } from '../views/stage/marks.ts';
import { markOfCell, markUnder } from '../views/stage/marks.ts';
import { loadOnce } from './on_demand.ts';

type OpenLegend = (entry?: LegendEntry) => void;

/** Returns what opens the help, or the legend where the cell in focus has a mark. */
export function setUpLegend(context: AppContext): () => void {
  const { state, boot } = context;
  const legend = findElement('#legend', HTMLElement);
  const help = findElement('#help', HTMLDialogElement);
  const load = loadOnce(async () => {
    const answer = await fetch(`/legend?lang=${boot.language}`);
    if (!answer.ok) throw new Error(`${answer.status}`);
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    legend.append(...findElement('#legend-entries', HTMLElement, page).childNodes);
    help.append(...findElement('#help-entries', HTMLElement, page).childNodes);
  });
  const fill = () => load().catch((error) => state.reportError({ status: 0, message: String(error) }));
  legend.addEventListener('beforetoggle', (event) => event.newState === 'open' && fill());
  const open = async (entry?: LegendEntry) => {
    if (!legend.matches(':popover-open')) legend.showPopover();
    await fill();
    const place = entry && legend.querySelector<HTMLElement>(`#${entry}`);
    if (!place) return;
    place.scrollIntoView({ block: 'center' });
    place.focus({ preventScroll: true });
  };
  openFromMarks(context, open);
  offerForPinnedCell(context, open);
  help.addEventListener('click', (event) => {
    if (!(event.target instanceof Element && event.target.closest('#help-legend'))) return;
    event.preventDefault();
    help.close();
    open();
  });
  const openHelp = () => {
    help.showModal();
    fill();
  };
  findElement('#help-open', HTMLButtonElement).onclick = openHelp;
  return () => {
    const entry = markOfFocus(context);
    if (entry) open(entry);
    else openHelp();
  };
}

/** A mark that a press does nothing else with opens the legend; the pointer says so. */
function openFromMarks({ state, canvas, shown }: AppContext, open: OpenLegend) {
  const entryUnder = ({ offsetX: x, offsetY: y }: MouseEvent) => {
    const frame = shown();
    if (!isChannelFrame(frame)) return frame && findLegendEntry(frame, x, y);
    return hitScale(frame, x, y) ? 'mark-scale' : markUnder(frame, x, y);
  };
  canvas.addEventListener('pointermove', (event) => {
    canvas.style.cursor = event.buttons === 0 && entryUnder(event) ? 'help' : '';
  });
  canvas.addEventListener('click', (event) => {
    if (state.dragged || (event as PointerEvent).pointerType === 'touch') return;
    const entry = entryUnder(event);
    if (entry) open(entry);
  });
  canvas.addEventListener('dblclick', (event) => {
    const entry = entryUnder(event);
    if (entry && state.doubled) open(entry);
  });
}

/** The entry for the mark of the cell that the keyboard is at. */
function markOfFocus({ state, frame }: AppContext): LegendEntry | null {
  const [cell, shown] = [state.hoveredCell.peek(), frame()];
  const atGrid = document.activeElement?.role === 'grid';
  return atGrid && cell && isChannelFrame(shown) ? markOfCell(shown, cell) : null;
}

/** Where a press asks a cell, the line below offers what the cell's mark means. */
function offerForPinnedCell({ state, t, frame }: AppContext, open: OpenLegend) {
  let button: HTMLButtonElement | null = null;
  effect(() => {
    const cell = state.pinnedCell.value;
    const shown = cell && isSameCell(cell, state.activeCell.value?.cell ?? null) ? frame() : null;
    const entry = cell && isChannelFrame(shown) ? markOfCell(shown, cell) : null;
    if (entry && !button) {
      button = makeElement('button', 'link', t('mark.what')) as HTMLButtonElement;
      button.type = 'button';
      button.id = 'mark-what';
      findElement('#all-terms', HTMLButtonElement).before(button);
    }
    if (!button) return;
    button.hidden = !entry;
    if (entry) button.onclick = () => open(entry);
  });
}
