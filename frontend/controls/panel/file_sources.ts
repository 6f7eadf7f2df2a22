/** Files as an input or a kernel: chosen, dropped onto the page, or pasted as a picture. */

import type { ApiClient, ApiError } from '../../data/client.ts';
import { formatError } from '../../data/error_message.ts';
import type { FileContent, TensorEntry } from '../../data/file_content.ts';
import { FileError, npyEntry, readFileContent, tensorsOfRank } from '../../data/file_content.ts';
import { fetchPictureNumbers } from '../../data/picture_numbers.ts';
import { repeatChannelsOf, sliceTensor } from '../../data/tensor_slice.ts';
import { ownShape } from '../../model/dimensions.ts';
import type { Translate } from '../../model/i18n.ts';
import { weightShape } from '../../model/layer_validation.ts';
import { findElement, setText } from '../../views/shared/dom.ts';
import { BiasChoice } from './bias_choice.ts';
import type { FileChoices, PanelForm } from './form.ts';

/** Axes that an input and a kernel may have in a file, in order of preference; the last input is a batch. */
const RANKS = { 1: { input: [2, 3], weight: [3] }, 2: { input: [3, 2, 4], weight: [4] } } as const;

/** A large picture is scaled down to this many pixels on its longer side, until the reader says otherwise. */
const LONGEST = 256;

/** What has the axes of a kernel whose sizes are larger than this is rather a batch of inputs. */
const LARGEST_KERNEL = 15;

type TensorName = 'input' | 'weight';

const NO_FILE = { file: null, touched: false, problem: '' };

const NAMES: TensorName[] = ['input', 'weight'];

export class FileSources implements FileChoices {
  readonly form: PanelForm;
  readonly t: Translate;
  readonly api: ApiClient;
  readonly onChange: () => void;
  input: FileChoices['input'] = { ...NO_FILE, picture: false, repeats: false };
  weight: FileChoices['weight'] = { ...NO_FILE, shape: null, bias: null };
  readonly bias: BiasChoice;
  readonly tensors: Record<TensorName, TensorEntry[]> = { input: [], weight: [] };

  constructor(form: PanelForm, t: Translate, api: ApiClient, onChange: () => void) {
    this.form = form;
    this.t = t;
    this.api = api;
    this.onChange = onChange;
    this.bias = new BiasChoice(form, t, () => this.#applyTensor('weight'));
    for (const type of ['input', 'change'])
      form.control('input_index').addEventListener(type, (event) => {
        event.stopPropagation();
        if (type === 'input') this.#applyTensor('input');
      });
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
    this.input = { ...NO_FILE, picture: false, repeats: false };
    this.weight = { ...NO_FILE, shape: null, bias: null };
    for (const name of NAMES) {
      this.form.control(`${name}_file`).value = '';
      this.tensors[name] = [];
      this.#note(name, '');
    }
    this.bias.hide();
  }

  /** The scene has what was chosen. */
  settle() {
    this.input.touched = this.weight.touched = this.input.repeats = false;
    this.weight.bias = null;
  }

  /** name: by default what the file seems to be. */
  async take(file: Blob, name?: TensorName) {
    let target = name ?? 'input';
    try {
      const content = await readFileContent(file);
      target = name ?? guessName(content, this.#ranks().weight);
      await this.#use(target, file, content);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      this.#refuse(target, this.t(`panel.file.${error.reason}`));
    }
  }

  async #use(name: TensorName, file: Blob, content: FileContent) {
    const picture = content.kind === 'picture' && content;
    const ranks = this.#ranks()[name];
    const entries = tensorsOfRank(content, ranks);
    if (!picture && entries.length === 0) {
      const single = ranks.filter((rank) => name === 'weight' || rank !== this.#batchRank());
      return this.#refuse(name, this.t('panel.file.none', { ranks: single.toSorted().join(', ') }));
    }
    if (picture && (name === 'weight' || this.form.dimensions() === 1)) throw new FileError('unknown');
    this.form.set(`${name}_source`, 'file');
    Object.assign(this[name], { file, problem: '' });
    this.tensors[name] = entries;
    this.#note(name, '');
    if (name === 'weight') this.bias.offer(tensorsOfRank(content, [1]));
    this.#listTensors(name, content.kind === 'npy' ? [] : entries);
    const fitting = this.#fitting(name, entries);
    if (fitting) this.form.set(`${name}_key`, fitting.name);
    if (name === 'input') this.input.picture = Boolean(picture);
    if (picture) await this.#applyPicture(file, picture.channels);
    this.#applyTensor(name);
  }

  /** Under the name of a file that is refused nothing of the one before is offered; the scene stays. */
  #refuse(name: TensorName, problem: string) {
    this.form.set(`${name}_source`, 'file');
    Object.assign(this[name], { ...NO_FILE, problem });
    this.tensors[name] = [];
    this.#note(name, '');
    this.#listTensors(name, []);
    if (name === 'input') this.#showIndex(0);
    else this.bias.hide();
    this.onChange();
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

  /** Of several tensors the first that fits the layer is chosen: a checkpoint has those of many. */
  #fitting(name: TensorName, entries: TensorEntry[]) {
    const layer = this.form.layer();
    const shape = ownShape(layer.dimensions, (name === 'weight' ? weightShape(layer) : layer.input) ?? []);
    return entries.find((entry) => entry.shape.join() === shape.join());
  }

  canRepeat() {
    if (this.input.picture) return true;
    const entry = this.#chosen('input');
    return entry !== undefined && entry.range[0] < entry.range[1];
  }

  async repeatInput(channels: number) {
    if (this.input.picture) await this.#readPicture();
    const entry = this.#chosen('input');
    if (!entry) return;
    const isBatch = entry.shape.length === this.#batchRank();
    const index = isBatch ? this.#index(entry.shape[0] ?? 1) : null;
    this.input.file = repeatChannelsOf(entry, { index, channels, axes: this.form.dimensions() });
    this.input.touched = true;
  }

  /** The picture, in its size of the form, becomes a file of numbers. */
  async #readPicture() {
    const { file } = this.input;
    if (!file) return;
    try {
      const numbers = await fetchPictureNumbers(this.api, file, this.form.pair('input'));
      this.tensors.input = [await npyEntry('', numbers)];
      this.input.picture = false;
    } catch (error) {
      this.input.problem = formatError(this.t, error as ApiError);
    }
  }

  #chosen(name: TensorName) {
    const key = this.form.text(`${name}_key`);
    const entries = this.tensors[name];
    return entries.find((each) => each.name === key) ?? entries[0];
  }

  /** The sizes of the chosen tensor become those of the form. */
  #applyTensor(name: TensorName) {
    const entry = this.#chosen(name);
    if (entry) this.#applyEntry(name, entry);
    else this.#showIndex(0);
    this[name].touched = true;
    this.onChange();
  }

  #applyEntry(name: TensorName, entry: TensorEntry) {
    const batch = name === 'input' && entry.shape.length === this.#batchRank();
    const [count = 1] = entry.shape;
    if (name === 'input') this.#showIndex(batch ? count : 0);
    this[name].problem = '';
    if (batch && entry.range[0] === entry.range[1]) {
      this[name].problem = this.t('panel.file.fortran');
      return;
    }
    this[name].file = sliceTensor(entry, batch ? this.#index(count) : null);
    this.#applyShape(name, batch ? entry.shape.slice(1) : entry.shape);
    if (batch)
      this.#note(
        name,
        this.t(count === 1 ? 'panel.note.batchOfOne' : 'panel.note.batch', { count, last: count - 1 }),
      );
    if (name !== 'weight') return;
    this.weight.shape = entry.shape;
    const outputs = this.form.number('outputs');
    const bias = this.bias.suggest(entry.name, outputs);
    this.weight.bias = bias && sliceTensor(bias, null);
    if (bias) this.form.set('bias', true);
    else if (this.form.checked('bias') && this.form.biasTexts().length !== outputs) {
      this.form.set('bias', false);
      this.#note(name, this.t('panel.note.noBias'));
    }
  }

  #index(count: number) {
    const index = this.form.number('input_index');
    return Number.isInteger(index) && index >= 0 && index < count ? index : 0;
  }

  /** count: of the batch. */
  #showIndex(count: number) {
    const control = this.form.control('input_index') as HTMLInputElement;
    control.max = String(count - 1);
    if (!(this.form.number('input_index') < count)) control.value = '0';
    findElement('label:has([name="input_index"])', HTMLElement, this.form.form).hidden = count < 2;
  }

  #note(name: TensorName, text: string) {
    const note = findElement(`[data-note="${name}"]`, HTMLElement, this.form.form);
    setText(note, text);
    note.hidden = text === '';
  }

  #ranks() {
    return RANKS[this.form.dimensions()];
  }

  #batchRank() {
    return this.form.dimensions() + 2;
  }

  #applyShape(name: TensorName, shape: number[]) {
    const dimensions = this.form.dimensions();
    const [height = 1, width = 1] = dimensions === 1 ? [1, shape.at(-1)] : shape.slice(-2);
    if (name === 'input') {
      this.form.set('channels', shape.at(-1 - dimensions) ?? 1);
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

  async #applyPicture(file: Blob, channels: number) {
    const bitmap = await createImageBitmap(file).catch(() => null);
    if (!bitmap) throw new FileError('damaged');
    const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
    const scaled = (length: number) => Math.max(1, Math.round(length * scale));
    this.form.set('channels', channels);
    this.form.setPair('input', [scaled(bitmap.height), scaled(bitmap.width)]);
    bitmap.close();
  }
}

function guessName(content: FileContent, ranks: readonly number[]): TensorName {
  const isKernel = ({ shape }: TensorEntry) => Math.max(...shape.slice(2)) <= LARGEST_KERNEL;
  return tensorsOfRank(content, ranks).some(isKernel) ? 'weight' : 'input';
}
