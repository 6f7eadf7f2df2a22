/** Edits of cells on their way to the server, one batch after another. */

import type { ApiError } from '../data/client.ts';
import type { EditSession } from '../state/edit_session.ts';
import type { CellEdit } from '../state/scene_edit.ts';
import type { EditableCell, TensorIndex } from './editable_cells.ts';

/** An edit, and the cell and the text that it was typed as. */
export type PendingEdit = CellEdit & { cell: EditableCell; text: string };

export class PendingEdits {
  #edits: Map<string, PendingEdit> = new Map();
  #sending = false;

  readonly changes: EditSession;
  readonly onFailure: (edit: PendingEdit | undefined, error: ApiError) => void;

  /** onFailure: gets the edit that was refused, or the last one when the server did not answer. */
  constructor(changes: EditSession, onFailure: (edit: PendingEdit | undefined, error: ApiError) => void) {
    this.changes = changes;
    this.onFailure = onFailure;
  }

  get(at: TensorIndex) {
    return this.#edits.get(keyOf(at));
  }

  add(edit: PendingEdit) {
    this.#edits.set(keyOf(edit), edit);
  }

  /** Forgets an edit that could not be sent. */
  cancel(at: TensorIndex) {
    if (!this.#sending) this.#edits.delete(keyOf(at));
  }

  async send() {
    if (this.#sending || this.#edits.size === 0) return;
    this.#sending = true;
    const batch = [...this.#edits.values()];
    try {
      await this.changes.editCells(batch.map(({ tensor, index, value }) => ({ tensor, index, value })));
      for (const edit of batch) if (this.get(edit) === edit) this.#edits.delete(keyOf(edit));
      this.#sending = false;
      this.send();
    } catch (error) {
      this.#sending = false;
      this.#handleFailure(batch, error as ApiError);
    }
  }

  /** Drops what was refused, sends the rest, and keeps what found no answer for the next attempt. */
  #handleFailure(batch: PendingEdit[], error: ApiError) {
    const refused = error.status >= 400 && error.status < 500;
    const position = /^\/cells\/(\d+)/.exec(error.errors[0]?.at ?? '')?.[1];
    const culprit = batch[Number(position ?? batch.length - 1)];
    if (refused) {
      for (const edit of position && culprit ? [culprit] : batch) this.#edits.delete(keyOf(edit));
      this.send();
    }
    this.onFailure(culprit, error);
  }
}

function keyOf({ tensor, index }: TensorIndex) {
  return `${tensor}/${index}`;
}
