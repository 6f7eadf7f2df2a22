/**
 * Editing a cell in its place: an input laid over the canvas. Enter commits, Tab goes on, Escape cancels; a
 * pasted block fills cells.
 */

import { effect, untracked } from '@preact/signals-core';
import type { ApiError } from '../data/client.ts';
import { formatError } from '../data/error_message.ts';
import { ownShape } from '../model/dimensions.ts';
import { isNumberBlock, parseNumber } from '../model/number_syntax.ts';
import { formatExact } from '../model/numbers.ts';
import type { EditSession } from '../state/edit_session.ts';
import type { TensorName } from '../state/scene_edit.ts';
import { flatOffset } from '../state/scene_edit.ts';
import type { AppContext } from '../views/app_context.ts';
import { matrixFrameOf } from '../views/registry.ts';
import { findElement, setText } from '../views/shared/dom.ts';
import { revealCell } from './accessible_grids.ts';
import type { EditableCell } from './editable_cells.ts';
import { editableAt, editRect, nextEditableCell, tensorCell } from './editable_cells.ts';
import type { PendingEdit } from './pending_edits.ts';
import { PendingEdits } from './pending_edits.ts';

/** The input is at least this wide and high, in CSS pixels. */
const MIN_SIZE = { width: 72, height: 28 };

/** Room for a message below the input, in CSS pixels. */
const MESSAGE_HEIGHT = 110;

/** Letters of a wrong number that a message repeats. */
const QUOTED = 20;

type LoadPaste = () => Promise<Pick<typeof import('./paste_numbers.ts'), 'pasteNumbers'>>;

/** A key that begins a number. */
const NUMBER_KEY = /^[-+.\d\u2212]$/;

export class CellEditor {
  #cell: EditableCell | null = null;
  #initialText = '';
  /** Where the focus goes back to. */
  #opener: Element | null = null;

  readonly context: AppContext;
  readonly changes: EditSession;
  readonly loadPaste: LoadPaste;
  readonly box = findElement('#cell-editor', HTMLElement);
  readonly input = findElement('#cell-value', HTMLInputElement);
  readonly pending: PendingEdits;

  /** loadPaste: what reads all the forms of numbers that people copy comes with the first block of them. */
  constructor(context: AppContext, changes: EditSession, loadPaste: LoadPaste) {
    const { state, canvas } = context;
    this.context = context;
    this.changes = changes;
    this.loadPaste = loadPaste;
    this.pending = new PendingEdits(changes, (edit, error) => this.#showFailure(edit, error));
    this.#listenToCanvas();
    this.#listenToInput();
    for (const name of ['input', 'weight']) this.#listenToGrid(findElement(`#cells-${name}`, HTMLElement));
    new ResizeObserver(() => this.#place()).observe(canvas);
    effect(() => {
      state.firstChannel.value;
      state.zoom.value;
      state.scene.value;
      // After the frame that shows it.
      requestAnimationFrame(() => requestAnimationFrame(() => this.#place()));
    });
    // Another drawing has the cell elsewhere, or not at all: Back leads there while a number is typed.
    effect(() => {
      state.direction.value;
      state.shownView.value;
      untracked(() => this.#leave());
    });
  }

  #listenToCanvas() {
    const { state, canvas, shown } = this.context;
    const edit = (event: MouseEvent) => {
      const frame = shown();
      const cell = frame && editableAt(frame, event.offsetX, event.offsetY);
      if (cell && !state.dragged) this.open(cell);
    };
    canvas.addEventListener('click', (event) => event.pointerType === 'touch' || edit(event));
    canvas.addEventListener('dblclick', (event) => state.doubled && edit(event));
    // A press elsewhere commits what is being edited before it does anything else.
    addEventListener(
      'pointerdown',
      (event) => !this.box.contains(event.target as Node) && this.#leave(),
      true,
    );
  }

  #listenToInput() {
    this.input.addEventListener('input', () => this.#showMessage(''));
    this.input.addEventListener('paste', (event) => this.#paste(event));
    this.input.addEventListener('keydown', (event) => {
      event.stopPropagation();
      if (event.key === 'Escape') this.#cancel();
      else if (event.key === 'Enter') this.#commit();
      else if (event.key === 'Tab') {
        event.preventDefault();
        this.#commit(event.shiftKey ? -1 : 1);
      }
    });
  }

  /** Enter, or the beginning of a number, edits the cell under the cell cursor. */
  #listenToGrid(grid: HTMLElement) {
    const cursor = () => this.context.state.hoveredCell.peek();
    grid.addEventListener(
      'keydown',
      (event) => {
        const begins = NUMBER_KEY.test(event.key);
        const cell = cursor();
        const modified = event.ctrlKey || event.metaKey || event.altKey;
        if (!cell || modified || !(begins || event.key === 'Enter' || event.key === 'F2')) return;
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

  /** text: by default the cell's number. Returns whether there is such a cell. */
  open(cell: EditableCell, text?: string): boolean {
    const { state, t, shown } = this.context;
    const scene = state.scene.peek();
    const at = this.#tensorCell(cell);
    const tensor = at && this.#tensor(at.tensor);
    const frame = shown();
    if (!scene || !tensor || !frame || state.locks.peek().has('numbers')) return false;
    if (matrixFrameOf(frame) && !editRect(frame, cell)) return false;
    state.playing.value = false;
    revealCell(state, frame, cell);
    if (!this.#cell) this.#opener = document.activeElement;
    this.#cell = cell;
    const value = tensor.data[flatOffset(tensor.shape, at.index)];
    const valueText = value === undefined ? '' : formatExact(value, scene.summary.dtype);
    this.#initialText = this.pending.get(at)?.text ?? valueText;
    this.input.value = text ?? this.#initialText;
    this.input.setAttribute(
      'aria-label',
      t('edit.cell', {
        tensor: t(`edit.${at.tensor}`),
        index: ownShape(scene.summary.dimensions, at.index).join(', '),
      }),
    );
    this.#showMessage('');
    this.box.hidden = false;
    this.#place();
    this.input.focus({ preventScroll: true });
    if (text === undefined) this.input.select();
    return true;
  }

  close() {
    if (!this.#cell) return;
    this.#cell = null;
    const focused = this.box.contains(document.activeElement);
    this.box.hidden = true;
    if (focused && this.#opener instanceof HTMLElement) this.#opener.focus({ preventScroll: true });
  }

  #tensor(name: TensorName) {
    const { state, gradients } = this.context;
    if (name === 'upstream') return gradients.peek()?.upstream.peek() ?? null;
    return state.scene.peek()?.[name] ?? null;
  }

  #tensorCell(cell: EditableCell | null) {
    const { scene, outChannel } = this.context.state;
    const summary = scene.peek()?.summary;
    return cell && summary ? tensorCell(summary, cell, outChannel.peek()) : null;
  }

  #place() {
    const frame = this.context.shown();
    const rect = frame && this.#cell && editRect(frame, this.#cell);
    const parent = this.box.offsetParent?.getBoundingClientRect();
    if (!rect || !parent) return;
    const canvas = this.context.canvas.getBoundingClientRect();
    const width = Math.max(rect.width, MIN_SIZE.width);
    const height = Math.max(rect.height, MIN_SIZE.height);
    const x = canvas.left - parent.left + rect.x + (rect.width - width) / 2;
    const y = canvas.top - parent.top + rect.y + (rect.height - height) / 2;
    Object.assign(this.box.style, {
      left: `${Math.min(Math.max(x, 0), parent.width - width)}px`,
      top: `${y}px`,
      width: `${width}px`,
    });
    this.input.style.height = `${height}px`;
    this.box.classList.toggle('message-above', y > parent.height - MESSAGE_HEIGHT);
    this.box.classList.toggle('message-left', x > parent.width / 2);
  }

  #cancel() {
    const at = this.#tensorCell(this.#cell);
    if (at) this.pending.cancel(at);
    this.close();
  }

  /** Goes elsewhere: a number is kept, what is none is given up. */
  #leave() {
    if (!this.#cell) return;
    if (Number.isNaN(parseNumber(this.input.value))) this.close();
    else this.#commit();
  }

  /** direction: on to the next cell, or the one before. */
  #commit(direction?: 1 | -1) {
    const cell = this.#cell;
    const at = this.#tensorCell(cell);
    const { state, t } = this.context;
    const summary = state.scene.peek()?.summary;
    if (!cell || !at || !summary) return this.close();
    const text = this.input.value;
    const value = parseNumber(text);
    if (Number.isNaN(value)) return this.#showMessage(t('edit.notNumber', { text: text.slice(0, QUOTED) }));
    if (text !== this.#initialText || this.pending.get(at)) this.pending.add({ ...at, value, cell, text });
    const next = direction && nextEditableCell(summary, cell, direction, state.outChannel.peek());
    if (!next || !this.open(next)) this.close();
    this.pending.send();
  }

  /** Goes back to the cell with what was typed, unless another one is being edited. */
  #showFailure(edit: PendingEdit | undefined, error: ApiError) {
    const untouched = !this.#cell || this.input.value === this.#initialText;
    if (edit && untouched) this.open(edit.cell, edit.text);
    this.#showMessage(formatError(this.context.t, error));
    if (!this.#cell) this.context.state.reportError(error);
  }

  #showMessage(message: string) {
    setText(findElement('#cell-error', HTMLElement), message);
    findElement('#cell-choice', HTMLElement).hidden = true;
    findElement('#cell-message', HTMLElement).hidden = message === '';
    this.input.toggleAttribute('aria-invalid', message !== '');
  }

  async #paste(event: ClipboardEvent) {
    const text = event.clipboardData?.getData('text') ?? '';
    if (!isNumberBlock(text)) {
      if (event.target !== this.input) this.input.value = text.trim();
      return;
    }
    event.preventDefault();
    const at = this.#tensorCell(this.#cell);
    const tensor = at && this.#tensor(at.tensor);
    if (!tensor) return;
    const { pasteNumbers } = await this.loadPaste();
    pasteNumbers(
      text,
      at,
      tensor.shape,
      this.changes,
      this.context.t,
      (message) => this.#showMessage(message),
      (change) => this.#attempt(change),
    );
  }

  async #attempt(change: () => Promise<boolean>) {
    try {
      await change();
      // What the pinned cell says would cover the new numbers.
      this.context.state.pinnedCell.value = null;
      this.close();
    } catch (error) {
      this.#showMessage(formatError(this.context.t, error as ApiError));
    }
  }
}
