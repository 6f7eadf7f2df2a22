/**
 * A block that is pasted into a cell: into the cells from this one on, in place of the whole tensor, or, where both may
 * be meant, as the reader says.
 *
 * @import {Changes, TensorName} from '../changes.js'
 * @import {Translate} from '../i18n.js'
 * @import {Tensor} from '../types.js'
 * @import {Block, Region, Whole} from '../paste.js'
 */

import { nested, parseBlock, parseNumber, PasteError, places } from '../paste.js';
import { find } from './dom.js';

/** Whether a text is more than one number. @param {string} text */
export function isBlock(text) {
  return Number.isNaN(parseNumber(text)) && /[\s,;[(]/.test(text.trim());
}

export class Pasting {
  /**
   * @param {Changes} changes @param {Translate} t
   * @param {(message: string) => void} say @param {(change: () => Promise<boolean>) => void} attempt  sends a change and tells how it went
   */
  constructor(changes, t, say, attempt) {
    this.changes = changes;
    this.t = t;
    this.say = say;
    this.attempt = attempt;
  }

  /** @param {string} text @param {{tensor: TensorName, index: number[]}} at @param {Tensor} tensor */
  paste(text, at, tensor) {
    try {
      const block = parseBlock(text);
      const found = places(block, tensor.shape, at.index);
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

  /** @param {TensorName} tensor @param {Block} block @param {Region} region @param {Whole} whole */
  #offer(tensor, block, region, whole) {
    this.say(this.t('edit.choose', { block: block.shape.join('×') }));
    find('#cell-choice', HTMLElement).hidden = false;
    const first = find('#paste-region', HTMLButtonElement);
    first.onclick = () => this.#fill(tensor, region);
    find('#paste-whole', HTMLButtonElement).onclick = () => this.#replace(tensor, block, whole);
    first.focus();
  }

  /** @param {TensorName} tensor @param {Region} region */
  #fill(tensor, { cells }) {
    this.attempt(() => this.changes.cells(cells.map((cell) => ({ tensor, ...cell }))));
  }

  /** @param {TensorName} tensor @param {Block} block @param {Whole} whole */
  #replace(tensor, { data }, { shape }) {
    this.attempt(() => this.changes.make(({ summary, input, weight, bias }) => ({
      path: `/scenes/${summary.id}/edits`,
      body: { [tensor]: { data: nested(shape, data) } },
      known: { input, weight, bias, [tensor]: undefined },
    })));
  }
}
