/**
 * The panel's form: what it says as a layer, and a scene as what it says.
 *
 * @import {Kind} from '../types.js'
 * @import {Scene} from '../state.js'
 * @import {Reading} from '../orders.js'
 * @import {Layer} from '../layer.js'
 */

import { fullText } from '../ledger.js';
import { parseNumber } from '../paste.js';

/** @typedef {HTMLInputElement|HTMLSelectElement} Control */

export class Form {
  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.form = form;
  }

  /** @param {string} name @returns {Control} */
  control(name) {
    const found = this.form.elements.namedItem(name);
    if (found instanceof HTMLInputElement || found instanceof HTMLSelectElement) return found;
    throw new Error(`the panel has no field ${name}`);
  }

  /** @param {string} name */
  text(name) {
    return this.control(name).value;
  }

  /** @param {string} name  NaN where nothing is written */
  number(name) {
    const text = this.text(name).trim();
    return text === '' ? NaN : Number(text);
  }

  /** @param {string} name @returns {[number, number]} */
  pair(name) {
    return [this.number(`${name}_h`), this.number(`${name}_w`)];
  }

  /** @param {string} name */
  checked(name) {
    return /** @type {HTMLInputElement} */ (this.control(name)).checked;
  }

  /** @param {string} name @param {string|number|boolean} value */
  set(name, value) {
    const control = this.control(name);
    if (typeof value === 'boolean') /** @type {HTMLInputElement} */ (control).checked = value;
    else if (control.value !== textOf(value)) control.value = textOf(value);
  }

  /** @param {string} name @param {[number, number]} value */
  setPair(name, [first, second]) {
    this.set(`${name}_h`, first);
    this.set(`${name}_w`, second);
  }

  /** @returns {HTMLInputElement[]} */
  kernels() {
    return [...this.form.querySelectorAll('input[name="kernels"]')].filter((box) => box instanceof HTMLInputElement);
  }

  /** @returns {Layer['padding']} */
  padding() {
    const side = (/** @type {string} */ name) => this.number(`pad_${name}`);
    const [top, left] = [side('top'), side('left')];
    switch (this.text('padding_kind')) {
      case 'same': return 'same';
      case 'valid': return { top: 0, bottom: 0, left: 0, right: 0 };
      case 'one': return { top, bottom: top, left: top, right: top };
      case 'two': return { top, bottom: top, left, right: left };
      default: return { top, bottom: side('bottom'), left, right: side('right') };
    }
  }

  /** @returns {Layer} */
  layer() {
    const kind = /** @type {Kind} */ (this.text('kind'));
    const channels = this.number('channels');
    return {
      kind, input: [channels, ...this.pair('input')], kernel: this.pair('kernel'),
      outputs: kind.endsWith('pool2d') ? channels : this.number('outputs'),
      stride: this.pair('stride'), padding: this.padding(), padding_mode: kind === 'conv2d' ? this.text('padding_mode') : 'zeros',
      dilation: this.pair('dilation'), output_padding: this.pair('output_padding'),
      groups: kind.endsWith('pool2d') ? 1 : this.number('groups'), ceil_mode: this.checked('ceil_mode'),
    };
  }

  /** One number for each output channel, or null: no bias. */
  bias() {
    if (!this.checked('bias')) return null;
    return this.text('bias_values').split(/[\s,;，；]+/).filter(Boolean).map((text) => ({ text, value: parseNumber(text) }));
  }

  /** @param {{input: {file: Blob|null, picture: boolean, touched: boolean}, weight: {file: Blob|null, touched: boolean}}} sources @returns {Reading} */
  reading({ input, weight }) {
    const random = (/** @type {string} */ name) => ({
      seed: this.number(`${name}_seed`), distribution: /** @type {import('../orders.js').Distribution} */ (this.text(`${name}_distribution`)),
      key: this.text(`${name}_key`),
    });
    return {
      layer: this.layer(), flip: this.checked('flip'), count_include_pad: this.checked('count_include_pad'), dtype: this.text('dtype'),
      bias: this.bias()?.map(({ value }) => value) ?? null,
      input: { ...input, ...random('input'), source: /** @type {Reading['input']['source']} */ (this.text('input_source')), sample: this.text('sample') },
      weight: {
        ...weight, ...random('weight'), source: /** @type {Reading['weight']['source']} */ (this.text('weight_source')),
        kernels: this.kernels().filter(({ checked }) => checked).map(({ value }) => value),
      },
    };
  }

  /** @param {Scene} scene */
  fill({ summary, bias }) {
    const { operation, shapes, dtype } = summary;
    this.set('kind', operation.kind);
    this.set('dtype', dtype);
    this.setPair('stride', operation.stride);
    this.setPair('dilation', operation.dilation);
    this.setPair('output_padding', operation.output_padding ?? [0, 0]);
    this.setPair('kernel', /** @type {[number, number]} */ (shapes.weight?.slice(2) ?? operation.kernel_size ?? [1, 1]));
    this.set('padding_mode', operation.padding_mode ?? 'zeros');
    this.set('groups', operation.groups ?? 1);
    this.set('flip', operation.flip ?? false);
    this.set('ceil_mode', operation.ceil_mode ?? false);
    this.set('count_include_pad', operation.count_include_pad ?? true);
    this.#fillPadding(operation.padding);
    this.set('bias', bias !== null);
    this.set('bias_values', bias ? [...bias.data].map((value) => fullText(value, dtype)).join(', ') : '');
    this.set('channels', shapes.input[0]);
    this.setPair('input', [shapes.input[1], shapes.input[2]]);
    this.set('outputs', shapes.output[0]);
    this.set('input_source', 'keep');
    this.set('weight_source', 'keep');
  }

  /** @param {{top: number, bottom: number, left: number, right: number}} padding */
  #fillPadding({ top, bottom, left, right }) {
    const kind = top !== bottom || left !== right ? 'four' : top !== left ? 'two' : 'one';
    this.set('padding_kind', kind);
    for (const [side, value] of Object.entries({ top, bottom, left, right })) this.set(`pad_${side}`, value);
  }
}

/** What stands for no number is written as nothing. @param {string|number} value */
function textOf(value) {
  return Number.isNaN(value) ? '' : String(value);
}
