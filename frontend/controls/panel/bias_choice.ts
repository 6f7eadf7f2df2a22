/** The bias in the file of a weight: the one that belongs to it is suggested, others can be chosen. */

import type { TensorEntry } from '../../data/file_content.ts';
import type { Translate } from '../../model/i18n.ts';
import { findElement } from '../../views/shared/dom.ts';
import type { PanelForm } from './form.ts';

export class BiasChoice {
  #entries: TensorEntry[] = [];
  /** The weight whose biases are listed. */
  #listed = '';

  readonly form: PanelForm;
  readonly t: Translate;

  constructor(form: PanelForm, t: Translate, onChange: () => void) {
    this.form = form;
    this.t = t;
    form.control('bias_key').addEventListener('change', (event) => {
      event.stopPropagation();
      onChange();
    });
  }

  hide() {
    this.offer([]);
    this.#label.hidden = true;
  }

  /** entries: of one dimension, in the file of the weight. */
  offer(entries: TensorEntry[]) {
    this.#entries = entries;
    this.#listed = '';
  }

  /** The bias chosen for a weight, at first the one with its name; null: the bias stays as it is. */
  suggest(weight: string, outputs: number): TensorEntry | null {
    const fitting = this.#entries.filter(({ shape }) => shape[0] === outputs);
    const listed = [weight, outputs, ...fitting.map(({ name }) => name)].join('\n');
    if (listed !== this.#listed) {
      this.#listed = listed;
      this.#list(fitting, nameOfBias(weight));
    }
    return fitting.find(({ name }) => name === this.form.text('bias_key')) ?? null;
  }

  #list(fitting: TensorEntry[], name: string) {
    const select = this.form.control('bias_key');
    const keep = new Option(this.t('panel.biasKey.keep'), '');
    select.replaceChildren(
      ...fitting.map((each) => new Option(`${each.name}  ${each.shape}`, each.name)),
      keep,
    );
    select.value = fitting.some((each) => each.name === name) ? name : '';
    this.#label.hidden = fitting.length === 0;
  }

  get #label() {
    return findElement('label:has([name="bias_key"])', HTMLElement, this.form.form);
  }
}

/** `conv.weight` -> `conv.bias` */
function nameOfBias(weight: string) {
  return weight.replace(/weight$/, 'bias');
}
