/**
 * Editing a cell where it stands: an input laid over the canvas. Enter commits, Tab goes on, Escape cancels;
 * a pasted block fills the cells from this one on. What could not be sent stays, and goes along with the next
 * attempt.
 */

import { effect } from '@preact/signals-core';
import type { ApiError } from '../data/client.ts';
import { formatError } from '../data/error_message.ts';
import type { Translate } from '../model/i18n.ts';
import { formatExact } from '../model/ledger.ts';
import { parseNumber } from '../model/parse_numbers.ts';
import type { SceneSummary } from '../model/types.ts';
import type { AppState } from '../state/app_state.ts';
import type { CellEdit, EditSession } from '../state/edit_session.ts';
import { flatOffset } from '../state/edit_session.ts';
import type { AnyFrame } from '../views/registry.ts';
import { isMatrixFrame } from '../views/registry.ts';
import { findElement, setText } from '../views/shared/dom.ts';
import { revealCell } from './accessible_grids.ts';
import type { EditableCell } from './editable_cells.ts';
import { editableAt, editRect, nextEditableCell, tensorCell } from './editable_cells.ts';
import { isNumberBlock, PasteHandler } from './paste_numbers.ts';

/** The input is at least this wide and high, in CSS pixels. */
const LEAST = { width: 72, height: 28 };

/** A key that begins a number. */
const BEGINS = /^[-+.\d\u2212]$/;

type Pending = CellEdit & { cell: EditableCell; typed: string };

export class CellEditor {
  #cell: EditableCell | null = null;
  #pending: Map<string, Pending> = new Map();
  #sending = false;
  #was = '';
  /** Where the focus goes back to. */
  #opener: Element | null = null;

  readonly state: AppState;
  readonly changes: EditSession;
  readonly canvas: HTMLCanvasElement;
  readonly t: Translate;
  readonly shown: () => AnyFrame | null;
  readonly box = findElement('#cell-editor', HTMLElement);
  readonly input = findElement('#cell-value', HTMLInputElement);
  readonly says = findElement('#cell-says', HTMLElement);
  readonly choice = findElement('#cell-choice', HTMLElement);
  readonly pasting: PasteHandler;

  constructor(
    state: AppState,
    changes: EditSession,
    canvas: HTMLCanvasElement,
    t: Translate,
    shown: () => AnyFrame | null,
  ) {
    this.state = state;
    this.changes = changes;
    this.canvas = canvas;
    this.t = t;
    this.shown = shown;
    this.pasting = new PasteHandler(
      changes,
      t,
      (message) => this.#say(message),
      (change) => this.#try(change),
    );
    this.#listen();
  }

  #listen() {
    const { canvas, input } = this;
    const under = (event: MouseEvent) => {
      const frame = this.shown();
      return frame && editableAt(frame, event.offsetX, event.offsetY);
    };
    const edit = (event: MouseEvent) => {
      const cell = under(event);
      if (cell && !this.state.dragged) this.open(cell);
    };
    canvas.addEventListener('click', (event) => event.pointerType === 'touch' || edit(event));
    canvas.addEventListener('dblclick', (event) => this.state.doubled && edit(event));
    // A press elsewhere commits what is being edited, before it does what it does.
    addEventListener(
      'pointerdown',
      (event) => this.#cell && !this.box.contains(event.target as Node) && this.#leave(),
      true,
    );
    input.addEventListener('keydown', (event) => this.#key(event));
    input.addEventListener('input', () => this.#say(''));
    input.addEventListener('paste', (event) => this.#paste(event));
    for (const name of ['input', 'weight']) this.#grid(findElement(`#cells-${name}`, HTMLElement));
    new ResizeObserver(() => this.#place()).observe(canvas);
    effect(() => {
      this.state.firstChannel.value;
      this.state.zoom.value;
      this.state.scene.value;
      // After the frame that shows it.
      requestAnimationFrame(() => requestAnimationFrame(() => this.#place()));
    });
  }

  /** Enter, or the beginning of a number, edits the cell under the cell cursor. */
  #grid(grid: HTMLElement) {
    const cursor = () => this.state.hoveredCell.peek();
    grid.addEventListener(
      'keydown',
      (event) => {
        const begins = BEGINS.test(event.key);
        const cell = cursor();
        if (
          !cell ||
          event.ctrlKey ||
          event.metaKey ||
          event.altKey ||
          !(begins || event.key === 'Enter' || event.key === 'F2')
        )
          return;
        event.preventDefault();
        event.stopImmediatePropagation();
        this.open(cell, begins ? event.key : undefined);
      },
      true,
    );
    grid.addEventListener('paste', (event) => {
      const cell = cursor();
      if (cell && this.open(cell)) this.#paste(event);
    });
  }

  /** Returns whether there is such a cell on the stage. */
  open(cell: EditableCell, typed?: string): boolean {
    const { state } = this;
    const scene = state.scene.peek();
    const at = scene && tensorCell(scene.summary, cell, state.outChannel.peek());
    const tensor = at && scene[at.tensor];
    const frame = this.shown();
    if (!tensor || !frame || (isMatrixFrame(frame) && !this.#rect(cell))) return false;
    state.playing.value = false;
    revealCell(state, frame, cell);
    if (!this.#cell) this.#opener = document.activeElement;
    this.#cell = cell;
    // What is on its way counts as there.
    this.#was =
      this.#pending.get(`${at.tensor}/${at.index}`)?.typed ??
      valueText(tensor.data[flatOffset(tensor.shape, at.index)], scene.summary.dtype);
    this.input.value = typed ?? this.#was;
    this.input.setAttribute(
      'aria-label',
      this.t('edit.cell', { tensor: this.t(`edit.${at.tensor}`), index: at.index.join(', ') }),
    );
    this.#say('');
    this.box.hidden = false;
    this.#place();
    this.input.focus({ preventScroll: true });
    if (typed === undefined) this.input.select();
    return true;
  }

  close() {
    if (!this.#cell) return;
    this.#cell = null;
    const within = this.box.contains(document.activeElement);
    this.box.hidden = true;
    if (within && this.#opener instanceof HTMLElement) this.#opener.focus({ preventScroll: true });
  }

  #rect(cell: EditableCell) {
    const frame = this.shown();
    return frame && editRect(frame, cell);
  }

  #place() {
    const rect = this.#cell && this.#rect(this.#cell);
    const home = this.box.offsetParent?.getBoundingClientRect();
    if (!rect || !home) return;
    const canvas = this.canvas.getBoundingClientRect();
    const [width, height] = [Math.max(rect.width, LEAST.width), Math.max(rect.height, LEAST.height)];
    const x = canvas.left - home.left + rect.x + (rect.width - width) / 2;
    const y = canvas.top - home.top + rect.y + (rect.height - height) / 2;
    Object.assign(this.box.style, {
      left: `${Math.min(Math.max(x, 0), home.width - width)}px`,
      top: `${y}px`,
      width: `${width}px`,
    });
    this.input.style.height = `${height}px`;
    this.box.classList.toggle('says-above', y > home.height - 110);
    this.box.classList.toggle('says-left', x > home.width / 2);
  }

  #key(event: KeyboardEvent) {
    event.stopPropagation();
    if (event.key === 'Escape') {
      this.#forget();
      this.close();
    } else if (event.key === 'Enter') {
      this.#commit(null);
    } else if (event.key === 'Tab') {
      event.preventDefault();
      this.#commit(event.shiftKey ? -1 : 1);
    }
  }

  /** What could not be sent, and is cancelled now. */
  #forget() {
    const key = this.#keyOfCell();
    if (key && !this.#sending) this.#pending.delete(key);
  }

  #keyOfCell() {
    const at = this.#cell && this.#at(this.#cell);
    return at && `${at.tensor}/${at.index}`;
  }

  #at(cell: EditableCell) {
    const summary = this.state.scene.peek()?.summary;
    return summary ? tensorCell(summary, cell, this.state.outChannel.peek()) : null;
  }

  /** A press elsewhere: what is a number is kept, what is not is given up. */
  #leave() {
    if (Number.isNaN(parseNumber(this.input.value))) this.close();
    else this.#commit(null);
  }

  /** go: on to the next cell, or the one before. */
  #commit(go: 1 | -1 | null) {
    const cell = this.#cell;
    const at = cell && this.#at(cell);
    if (!at) return this.close();
    const typed = this.input.value;
    const value = parseNumber(typed);
    if (Number.isNaN(value)) return this.#say(this.t('edit.notNumber', { text: typed.slice(0, 20) }));
    const key = `${at.tensor}/${at.index}`;
    if (typed !== this.#was || this.#pending.has(key)) this.#pending.set(key, { ...at, value, cell, typed });
    const summary = this.state.scene.peek()?.summary;
    const next = go && summary ? nextEditableCell(summary, cell, go, this.state.outChannel.peek()) : null;
    if (!next || !this.open(next)) this.close();
    return this.#flush();
  }

  async #flush() {
    if (this.#sending || this.#pending.size === 0) return;
    this.#sending = true;
    const sent = new Map(this.#pending);
    const cells = [...sent.values()];
    try {
      await this.changes.editCells(cells.map(({ tensor, index, value }) => ({ tensor, index, value })));
      for (const [key, edit] of sent) if (this.#pending.get(key) === edit) this.#pending.delete(key);
      this.#sending = false;
      if (this.#pending.size > 0) this.#flush();
    } catch (error) {
      this.#sending = false;
      this.#failed(cells, error as ApiError);
    }
  }

  /**
   * Back to the cell that the server refused, or the last one when it did not answer, with what was typed.
   */
  #failed(cells: Pending[], error: ApiError) {
    const refused = error.status >= 400 && error.status < 500;
    const named = /^\/cells\/(\d+)/.exec(error.errors?.[0]?.at ?? '')?.[1];
    const back = cells[Number(named ?? cells.length - 1)];
    const wrong = !refused ? [] : named && back ? [back] : cells;
    for (const { tensor, index } of wrong) this.#pending.delete(`${tensor}/${index}`);
    if (refused) this.#flush();
    const message = formatError(this.t, error);
    const untouched = !this.#cell || this.input.value === this.#was;
    if (back && untouched) this.open(back.cell, back.typed);
    this.#say(message);
    if (!this.#cell) this.state.reportError(error);
  }

  #say(message: string) {
    setText(findElement('#cell-trouble', HTMLElement), message);
    this.choice.hidden = true;
    this.says.hidden = message === '';
    this.input.toggleAttribute('aria-invalid', message !== '');
  }

  #paste(event: ClipboardEvent) {
    const text = event.clipboardData?.getData('text') ?? '';
    if (!isNumberBlock(text)) {
      if (event.target !== this.input) this.input.value = text.trim();
      return;
    }
    event.preventDefault();
    const at = this.#cell && this.#at(this.#cell);
    const tensor = at && this.state.scene.peek()?.[at.tensor];
    if (tensor) this.pasting.paste(text, at, tensor);
  }

  async #try(change: () => Promise<boolean>) {
    try {
      await change();
      this.close();
    } catch (error) {
      this.#say(formatError(this.t, error as ApiError));
    }
  }
}

/** Nothing for a number that is on its way. */
function valueText(value: number | undefined, dtype: SceneSummary['dtype']) {
  return value === undefined ? '' : formatExact(value, dtype);
}
