/**
 * A block that is pasted into a cell: into the cells from this one on, in place of the whole tensor, or,
 * where both may be meant, as the reader says.
 */

import type { Translate } from '../model/i18n.ts';
import type { CellRegion, NumberBlock, WholeTensor } from '../model/parse_numbers.ts';
import {
  findPlacements,
  nestArray,
  PasteError,
  parseNumber,
  parseNumberBlock,
} from '../model/parse_numbers.ts';
import type { Tensor } from '../model/types.ts';
import type { EditSession, TensorName } from '../state/edit_session.ts';
import { findElement } from '../views/shared/dom.ts';

/** Whether a text is more than one number. */
export function isNumberBlock(text: string) {
  return Number.isNaN(parseNumber(text)) && /[\s,;[(]/.test(text.trim());
}

export class PasteHandler {
  readonly changes: EditSession;
  readonly t: Translate;
  readonly say: (message: string) => void;
  readonly attempt: (change: () => Promise<boolean>) => void;

  /** attempt: sends a change and tells how it went. */
  constructor(
    changes: EditSession,
    t: Translate,
    say: (message: string) => void,
    attempt: (change: () => Promise<boolean>) => void,
  ) {
    this.changes = changes;
    this.t = t;
    this.say = say;
    this.attempt = attempt;
  }

  paste(text: string, at: { tensor: TensorName; index: number[] }, tensor: Tensor) {
    try {
      const block = parseNumberBlock(text);
      const found = findPlacements(block, tensor.shape, at.index);
      const region = found.find((place) => place.kind === 'region');
      const whole = found.find((place) => place.kind === 'whole');
      if (region && whole) this.#offer(at.tensor, block, region, whole);
      else if (region) this.#fill(at.tensor, region);
      else if (whole) this.#replace(at.tensor, block, whole);
    } catch (error) {
      if (!(error instanceof PasteError)) throw error;
      this.say(this.t(`paste.${error.reason}`, error.values));
    }
  }

  #offer(tensor: TensorName, block: NumberBlock, region: CellRegion, whole: WholeTensor) {
    this.say(this.t('edit.choose', { block: block.shape.join('×') }));
    findElement('#cell-choice', HTMLElement).hidden = false;
    const first = findElement('#paste-region', HTMLButtonElement);
    first.onclick = () => this.#fill(tensor, region);
    findElement('#paste-whole', HTMLButtonElement).onclick = () => this.#replace(tensor, block, whole);
    first.focus();
  }

  #fill(tensor: TensorName, { cells }: CellRegion) {
    this.attempt(() => this.changes.editCells(cells.map((cell) => ({ tensor, ...cell }))));
  }

  #replace(tensor: TensorName, { data }: NumberBlock, { shape }: WholeTensor) {
    this.attempt(() =>
      this.changes.submit(({ summary, input, weight, bias }) => ({
        path: `/scenes/${summary.id}/edits`,
        body: { [tensor]: { data: nestArray(shape, data) } },
        known: { input, weight, bias, [tensor]: undefined },
      })),
    );
  }
}
