/**
 * Where an input or a kernel comes from when it is a file: chosen, dropped onto the page, or pasted as a picture.
 *
 * @import {Translate} from '../i18n.js'
 * @import {Content, Entry} from '../files.js'
 * @import {Form} from './form.js'
 */

import { contentOf, FileError, fitting } from '../files.js';

/** Dimensions that an input and a kernel may have in a file. */
const RANKS = { input: [3, 2, 4], weight: [4] };

/** A large picture is scaled down to this many pixels on its longer side, until the reader says otherwise. */
const LONGEST = 256;

/** @typedef {'input'|'weight'} Name */

export class Sources {
  /** @param {Form} form @param {Translate} t @param {(name: Name, message: string) => void} say @param {() => void} changed */
  constructor(form, t, say, changed) {
    this.form = form;
    this.t = t;
    this.say = say;
    this.changed = changed;
    this.input = { file: /** @type {Blob|null} */ (null), picture: false, touched: false };
    this.weight = { file: /** @type {Blob|null} */ (null), touched: false };
    this.tensors = { input: /** @type {Entry[]} */ ([]), weight: /** @type {Entry[]} */ ([]) };
    for (const name of /** @type {const} */ (['input', 'weight'])) {
      const chosen = /** @type {HTMLInputElement} */ (form.control(`${name}_file`));
      chosen.addEventListener('change', (event) => {
        event.stopPropagation();
        const file = chosen.files?.[0];
        if (file) this.take(file, name);
      });
      form.control(`${name}_key`).addEventListener('change', () => this.#pick(name));
    }
  }

  forget() {
    this.input = { file: null, picture: false, touched: false };
    this.weight = { file: null, touched: false };
    for (const name of ['input_file', 'weight_file']) this.form.control(name).value = '';
  }

  settle() {
    this.input.touched = this.weight.touched = false;
  }

  /** @param {Blob} file @param {Name} [asked]  by default what the file seems to be */
  async take(file, asked) {
    try {
      const content = await contentOf(file);
      const name = asked ?? nameFor(content);
      this.form.set(`${name}_source`, 'file');
      await this.#use(name, file, content);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      this.say(asked ?? 'input', this.t(`panel.file.${error.reason}`));
    }
  }

  /** @param {Name} name @param {Blob} file @param {Content} content */
  async #use(name, file, content) {
    const found = content.kind === 'npy' ? [{ name: '', dtype: '', shape: content.shape }] : fitting(content, RANKS[name]);
    if (content.kind !== 'picture' && !found.some(({ shape }) => RANKS[name].includes(shape.length))) {
      return this.say(name, this.t('panel.file.none', { ranks: name === 'input' ? '2, 3' : '4' }));
    }
    if (content.kind === 'picture' && name === 'weight') throw new FileError('unknown');
    this[name].file = file;
    this.tensors[name] = found;
    this.#list(name, content.kind === 'safetensors' ? found : []);
    if (name === 'input') this.input.picture = content.kind === 'picture';
    if (content.kind === 'picture') await this.#picture(file);
    this.#pick(name);
  }

  /** @param {Name} name @param {Entry[]} entries */
  #list(name, entries) {
    const select = this.form.control(`${name}_key`);
    const options = entries.map((entry) => new Option(`${entry.name}  ${entry.shape.join('×')} ${entry.dtype}`, entry.name));
    /** @type {HTMLSelectElement} */ (select).replaceChildren(...options);
    const room = select.closest('[data-key]');
    if (room instanceof HTMLElement) room.hidden = entries.length === 0;
  }

  /** The sizes of the chosen tensor are those of the form. @param {Name} name */
  #pick(name) {
    const key = this.form.text(`${name}_key`);
    const shape = (this.tensors[name].find((entry) => entry.name === key) ?? this.tensors[name][0])?.shape;
    if (shape) this.#sizes(name, shape);
    this[name].touched = true;
    this.changed();
  }

  /** @param {Name} name @param {number[]} shape */
  #sizes(name, shape) {
    const [height = 1, width = 1] = shape.slice(-2);
    if (name === 'input') {
      this.form.set('channels', shape.length > 2 ? (shape.at(-3) ?? 1) : 1);
      this.form.setPair('input', [height, width]);
      return;
    }
    const transposed = this.form.text('kind') === 'conv_transpose2d';
    this.form.setPair('kernel', [height, width]);
    this.form.set('outputs', transposed ? (shape[1] ?? 1) * this.form.number('groups') : (shape[0] ?? 1));
  }

  /** @param {Blob} file */
  async #picture(file) {
    const bitmap = await createImageBitmap(file).catch(() => null);
    if (!bitmap) throw new FileError('damaged');
    const share = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
    const scaled = (/** @type {number} */ length) => Math.max(1, Math.round(length * share));
    this.form.set('channels', 3);
    this.form.setPair('input', [scaled(bitmap.height), scaled(bitmap.width)]);
    bitmap.close();
  }
}

/** @param {Content} content @returns {Name} */
function nameFor(content) {
  if (content.kind === 'npy') return content.shape.length === 4 ? 'weight' : 'input';
  return fitting(content, [4]).length > 0 ? 'weight' : 'input';
}
