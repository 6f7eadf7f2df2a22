/**
 * A block of numbers that is pasted into a cell: it fills the cells from this one on, or replaces the tensor;
 * where both may be meant, the reader chooses.
 */

import type { Translate } from '../model/i18n.ts';
import { PasteError } from '../model/number_syntax.ts';
import { nestArray } from '../model/numbers.ts';
import { parseNumberBlock } from '../model/paste/parse_numbers.ts';
import { findPlacements } from '../model/paste/placement.ts';
import type { EditSession } from '../state/edit_session.ts';
import { findElement } from '../views/shared/dom.ts';
import type { TensorIndex } from './editable_cells.ts';

/** shape: of the tensor; attempt: sends a change and shows how it went. */
export function pasteNumbers(
  text: string,
  { tensor, index }: TensorIndex,
  shape: number[],
  changes: EditSession,
  t: Translate,
  showMessage: (message: string) => void,
  attempt: (change: () => Promise<boolean>) => void,
) {
  try {
    const block = parseNumberBlock(text);
    const { cells, whole } = findPlacements(block, shape, index);
    const fill = () => attempt(() => changes.editCells((cells ?? []).map((cell) => ({ tensor, ...cell }))));
    const replace = () =>
      attempt(() =>
        changes.submit(({ summary, input, weight, bias }) => ({
          path: `/scenes/${summary.id}/edits`,
          body: { [tensor]: { data: nestArray(whole ?? [], block.data) } },
          known: { input, weight, bias, [tensor]: undefined },
        })),
      );
    if (cells && whole) {
      showMessage(t('edit.choose', { block: block.shape.join('×') }));
      offerChoice(fill, replace);
    } else if (cells) fill();
    else replace();
  } catch (error) {
    if (!(error instanceof PasteError)) throw error;
    const reason = t(`paste.${error.reason}`, error.values);
    showMessage(error.reason === 'tooLarge' ? reason : `${reason} ${t('paste.forms')}`);
  }
}

function offerChoice(fill: () => void, replace: () => void) {
  findElement('#cell-choice', HTMLElement).hidden = false;
  findElement('#paste-whole', HTMLButtonElement).onclick = replace;
  const first = findElement('#paste-region', HTMLButtonElement);
  first.onclick = fill;
  first.focus();
}
