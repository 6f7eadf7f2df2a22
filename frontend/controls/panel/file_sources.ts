/**
 * Where an input or a kernel comes from when it is a file: chosen, dropped onto the page, or pasted as a
 * picture.
 */

import type { FileContent, TensorEntry } from '../../data/file_content.ts';
import { FileError, readFileContent, tensorsOfRank } from '../../data/file_content.ts';
import type { Translate } from '../../model/i18n.ts';
import type { PanelForm } from './form.ts';

/** Dimensions that an input and a kernel may have in a file. */
const RANKS = { input: [3, 2, 4], weight: [4] };

/** A large picture is scaled down to this many pixels on its longer side, until the reader says otherwise. */
const LONGEST = 256;

type Name = 'input' | 'weight';

export class FileSources {
  readonly form: PanelForm;
  readonly t: Translate;
  readonly say: (name: Name, message: string) => void;
  readonly changed: () => void;
  input = { file: null as Blob | null, picture: false, touched: false };
  weight = { file: null as Blob | null, touched: false };
  readonly tensors = { input: [] as TensorEntry[], weight: [] as TensorEntry[] };

  constructor(
    form: PanelForm,
    t: Translate,
    say: (name: Name, message: string) => void,
    changed: () => void,
  ) {
    this.form = form;
    this.t = t;
    this.say = say;
    this.changed = changed;
    for (const name of ['input', 'weight'] as const) {
      const chosen = form.control(`${name}_file`) as HTMLInputElement;
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

  /** asked: by default what the file seems to be. */
  async take(file: Blob, asked?: Name) {
    try {
      const content = await readFileContent(file);
      const name = asked ?? nameFor(content);
      this.form.set(`${name}_source`, 'file');
      await this.#use(name, file, content);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      this.say(asked ?? 'input', this.t(`panel.file.${error.reason}`));
    }
  }

  async #use(name: Name, file: Blob, content: FileContent) {
    const found =
      content.kind === 'npy'
        ? [{ name: '', dtype: '', shape: content.shape }]
        : tensorsOfRank(content, RANKS[name]);
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

  #list(name: Name, entries: TensorEntry[]) {
    const select = this.form.control(`${name}_key`);
    const options = entries.map(
      (entry) => new Option(`${entry.name}  ${entry.shape.join('×')} ${entry.dtype}`, entry.name),
    );
    (select as HTMLSelectElement).replaceChildren(...options);
    const room = select.closest('[data-key]');
    if (room instanceof HTMLElement) room.hidden = entries.length === 0;
  }

  /** The sizes of the chosen tensor are those of the form. */
  #pick(name: Name) {
    const key = this.form.text(`${name}_key`);
    const shape = (this.tensors[name].find((entry) => entry.name === key) ?? this.tensors[name][0])?.shape;
    if (shape) this.#sizes(name, shape);
    this[name].touched = true;
    this.changed();
  }

  #sizes(name: Name, shape: number[]) {
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

  async #picture(file: Blob) {
    const bitmap = await createImageBitmap(file).catch(() => null);
    if (!bitmap) throw new FileError('damaged');
    const share = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
    const scaled = (length: number) => Math.max(1, Math.round(length * share));
    this.form.set('channels', 3);
    this.form.setPair('input', [scaled(bitmap.height), scaled(bitmap.width)]);
    bitmap.close();
  }
}

function nameFor(content: FileContent): Name {
  if (content.kind === 'npy') return content.shape.length === 4 ? 'weight' : 'input';
  return tensorsOfRank(content, [4]).length > 0 ? 'weight' : 'input';
}
