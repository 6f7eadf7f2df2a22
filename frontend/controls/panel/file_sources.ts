/** Files as an input or a kernel: chosen, dropped onto the page, or pasted as a picture. */

import type { FileContent, TensorEntry } from '../../data/file_content.ts';
import { FileError, readFileContent, tensorsOfRank } from '../../data/file_content.ts';
import type { Translate } from '../../model/i18n.ts';
import { findElement } from '../../views/shared/dom.ts';
import type { FileChoices, PanelForm } from './form.ts';

/** Dimensions that an input and a kernel may have in a file. */
const RANKS = { input: [3, 2, 4], weight: [4] };

/** A large picture is scaled down to this many pixels on its longer side, until the reader says otherwise. */
const LONGEST = 256;

type TensorName = 'input' | 'weight';

const NAMES: TensorName[] = ['input', 'weight'];

export class FileSources implements FileChoices {
  readonly form: PanelForm;
  readonly t: Translate;
  readonly showError: (name: TensorName, message: string) => void;
  readonly onChange: () => void;
  input: FileChoices['input'] = { file: null, picture: false, touched: false };
  weight: FileChoices['weight'] = { file: null, touched: false };
  readonly tensors: Record<TensorName, TensorEntry[]> = { input: [], weight: [] };

  constructor(
    form: PanelForm,
    t: Translate,
    showError: (name: TensorName, message: string) => void,
    onChange: () => void,
  ) {
    this.form = form;
    this.t = t;
    this.showError = showError;
    this.onChange = onChange;
    for (const name of NAMES) {
      const control = form.control(`${name}_file`) as HTMLInputElement;
      control.addEventListener('change', (event) => {
        event.stopPropagation();
        const file = control.files?.[0];
        if (file) this.take(file, name);
      });
      form.control(`${name}_key`).addEventListener('change', () => this.#applyTensor(name));
    }
  }

  forget() {
    this.input = { file: null, picture: false, touched: false };
    this.weight = { file: null, touched: false };
    for (const name of NAMES) this.form.control(`${name}_file`).value = '';
  }

  /** The scene has what was chosen. */
  settle() {
    this.input.touched = this.weight.touched = false;
  }

  /** name: by default what the file seems to be. */
  async take(file: Blob, name?: TensorName) {
    try {
      const content = await readFileContent(file);
      const target = name ?? guessName(content);
      this.form.set(`${target}_source`, 'file');
      await this.#use(target, file, content);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      this.showError(name ?? 'input', this.t(`panel.file.${error.reason}`));
    }
  }

  async #use(name: TensorName, file: Blob, content: FileContent) {
    const picture = content.kind === 'picture';
    const entries =
      content.kind === 'npy'
        ? [{ name: '', dtype: '', shape: content.shape }]
        : tensorsOfRank(content, RANKS[name]);
    if (!picture && !entries.some(({ shape }) => RANKS[name].includes(shape.length)))
      return this.showError(name, this.t('panel.file.none', { ranks: name === 'input' ? '2, 3' : '4' }));
    if (picture && name === 'weight') throw new FileError('unknown');
    this[name].file = file;
    this.tensors[name] = entries;
    this.#listTensors(name, content.kind === 'safetensors' ? entries : []);
    if (name === 'input') this.input.picture = picture;
    if (picture) await this.#applyPicture(file);
    this.#applyTensor(name);
  }

  #listTensors(name: TensorName, entries: TensorEntry[]) {
    const select = this.form.control(`${name}_key`);
    const options = entries.map(
      (entry) => new Option(`${entry.name}  ${entry.shape.join('×')} ${entry.dtype}`, entry.name),
    );
    select.replaceChildren(...options);
    findElement(`[data-key]:has([name="${name}_key"])`, HTMLElement, this.form.form).hidden =
      entries.length === 0;
  }

  /** The sizes of the chosen tensor become those of the form. */
  #applyTensor(name: TensorName) {
    const key = this.form.text(`${name}_key`);
    const entries = this.tensors[name];
    const shape = (entries.find((entry) => entry.name === key) ?? entries[0])?.shape;
    if (shape) this.#applyShape(name, shape);
    this[name].touched = true;
    this.onChange();
  }

  #applyShape(name: TensorName, shape: number[]) {
    const [height = 1, width = 1] = shape.slice(-2);
    if (name === 'input') {
      this.form.set('channels', shape.at(-3) ?? 1);
      this.form.setPair('input', [height, width]);
      return;
    }
    const [outer = 1, inner = 1] = shape;
    this.form.setPair('kernel_size', [height, width]);
    this.form.set(
      'outputs',
      this.form.kind() === 'conv_transpose2d' ? inner * this.form.number('groups') : outer,
    );
  }

  async #applyPicture(file: Blob) {
    const bitmap = await createImageBitmap(file).catch(() => null);
    if (!bitmap) throw new FileError('damaged');
    const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
    const scaled = (length: number) => Math.max(1, Math.round(length * scale));
    this.form.set('channels', 3);
    this.form.setPair('input', [scaled(bitmap.height), scaled(bitmap.width)]);
    bitmap.close();
  }
}

function guessName(content: FileContent): TensorName {
  const kernel = content.kind === 'npy' ? content.shape.length === 4 : tensorsOfRank(content, [4]).length > 0;
  return kernel ? 'weight' : 'input';
}
