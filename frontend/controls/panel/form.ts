/** The panel's form as a layer and as sources of tensors, and a scene as the form's values. */

import { dimensionsOf, ownKind } from '../../model/dimensions.ts';
import type { Layer, OperationFields } from '../../model/layer_validation.ts';
import { isPooling } from '../../model/layer_validation.ts';
import { parseNumber } from '../../model/number_syntax.ts';
import { formatExact } from '../../model/numbers.ts';
import { heightOfSignal } from '../../model/one_dimension.ts';
import type { Operation, OperationKind } from '../../model/types.ts';
import type { Scene } from '../../state/scene.ts';
import type { Distribution, PanelValues } from '../../state/scene_requests.ts';
import { findElements } from '../../views/shared/dom.ts';

type Control = HTMLInputElement | HTMLSelectElement;

type Pair = [number, number];

/** The padding of a layer of one dimension above and below. */
const NO_ROWS = { top: 0, bottom: 0 };

/** A field of the operation, as the server defines it. */
interface FieldDefinition {
  name: keyof OperationFields;
  type: 'pair' | 'padding' | 'choice' | 'integer' | 'flag';
  default: unknown;
  kinds: OperationKind[];
}

/** A file that was chosen, and whether the reader changed its source since the last scene was made. */
interface FileChoice {
  file: Blob | null;
  touched: boolean;
  /** Why what was chosen cannot be read; empty: nothing is wrong. */
  problem: string;
}

export interface FileChoices {
  /** repeats: other channels are those there are, cut or repeated. */
  input: FileChoice & { picture: boolean; repeats: boolean };
  /** Whether the input in the file can be cut or repeated to other channels, and does it. */
  canRepeat: () => boolean;
  repeatInput: (channels: number) => Promise<void>;
  /** shape, bias: of the weight in the file, and what comes with it. */
  weight: FileChoice & { shape: number[] | null; bias: Blob | null };
}

export class PanelForm {
  readonly form: HTMLFormElement;
  readonly operationFields: FieldDefinition[];

  constructor(form: HTMLFormElement) {
    this.form = form;
    this.operationFields = findElements('[data-definition]', form).map((field) =>
      JSON.parse(field.dataset.definition ?? ''),
    );
  }

  control(name: string): Control {
    const control = this.form.elements.namedItem(name);
    if (control instanceof HTMLInputElement || control instanceof HTMLSelectElement) return control;
    throw new Error(`the panel has no field ${name}`);
  }

  text(name: string) {
    return this.control(name).value;
  }

  /** NaN where nothing is written. */
  number(name: string) {
    const text = this.text(name).trim();
    return text === '' ? NaN : Number(text);
  }

  pair(name: string): Pair {
    const flat = this.dimensions() === 1;
    return [flat ? heightOfSignal(name) : this.number(`${name}_h`), this.number(`${name}_w`)];
  }

  checked(name: string) {
    return (this.control(name) as HTMLInputElement).checked;
  }

  /** NaN is written as nothing. */
  set(name: string, value: string | number | boolean) {
    const control = this.control(name);
    const text = Number.isNaN(value) ? '' : String(value);
    if (typeof value === 'boolean') (control as HTMLInputElement).checked = value;
    else if (control.value !== text) control.value = text;
  }

  setPair(name: string, [first, second]: Pair) {
    this.set(`${name}_h`, first);
    this.set(`${name}_w`, second);
  }

  kernels(): HTMLInputElement[] {
    return findElements('input[name="kernels"]', this.form) as HTMLInputElement[];
  }

  checkedKernels() {
    return this.kernels().filter(({ checked }) => checked);
  }

  /** As if of two dimensions. */
  kind() {
    return this.text('kind').replace('1d', '2d') as OperationKind;
  }

  dimensions() {
    return dimensionsOf({ kind: this.text('kind') });
  }

  #padding(): Layer['padding'] {
    const side = (name: string) => this.number(`padding_${name}`);
    const [top, left] = [side('top'), side('left')];
    if (this.dimensions() === 1 && /one|four/.test(this.text('padding_kind'))) {
      const ends = this.text('padding_kind') === 'one' ? [top, top] : [left, side('right')];
      return { ...NO_ROWS, left: ends[0] ?? 0, right: ends[1] ?? 0 };
    }
    switch (this.text('padding_kind')) {
      case 'same':
        return 'same';
      case 'valid':
        return { top: 0, bottom: 0, left: 0, right: 0 };
      case 'one':
        return { top, bottom: top, left: top, right: top };
      case 'two':
        return { top, bottom: top, left, right: left };
      default:
        return { top, bottom: side('bottom'), left, right: side('right') };
    }
  }

  #setPadding({ top, bottom, left, right }: Operation['padding']) {
    if (this.dimensions() === 1) {
      this.set('padding_kind', left === right ? 'one' : 'four');
      for (const [side, value] of Object.entries({ top: left, bottom: left, left, right }))
        this.set(`padding_${side}`, value);
      return;
    }
    const kind = top !== bottom || left !== right ? 'four' : top !== left ? 'two' : 'one';
    this.set('padding_kind', kind);
    for (const [side, value] of Object.entries({ top, bottom, left, right }))
      this.set(`padding_${side}`, value);
  }

  #read({ name, type }: FieldDefinition) {
    if (type === 'pair') return this.pair(name);
    if (type === 'padding') return this.#padding();
    if (type === 'flag') return this.checked(name);
    return type === 'integer' ? this.number(name) : this.text(name);
  }

  #write({ name, type }: FieldDefinition, value: unknown) {
    if (type === 'pair') this.setPair(name, value as Pair);
    else if (type === 'padding') this.#setPadding(value as Operation['padding']);
    else this.set(name, value as string | number | boolean);
  }

  layer(): Layer {
    const kind = this.kind();
    const channels = this.number('channels');
    const values = this.operationFields.map((field) => [
      field.name,
      field.kinds.includes(kind) ? this.#read(field) : field.default,
    ]);
    return {
      ...(Object.fromEntries(values) as OperationFields),
      kind,
      dimensions: this.dimensions(),
      kernel_size: this.pair('kernel_size'),
      input: [channels, ...this.pair('input')],
      outputs: isPooling(kind) ? channels : this.number('outputs'),
    };
  }

  /** One number for each output channel, or null: no bias. */
  bias() {
    if (!this.checked('bias')) return null;
    return this.biasTexts().map((text) => ({ text, value: parseNumber(text) }));
  }

  biasTexts() {
    return this.text('bias_values')
      .split(/[\s,;，；]+/)
      .filter(Boolean);
  }

  values(files: FileChoices): PanelValues {
    const layer = this.layer();
    const fields = this.operationFields.filter(({ kinds }) => kinds.includes(layer.kind));
    return {
      layer,
      operation: Object.fromEntries([['kind', layer.kind], ...fields.map(({ name }) => [name, layer[name]])]),
      dtype: this.text('dtype'),
      bias: this.bias()?.map(({ value }) => value) ?? null,
      biasFile: this.checked('bias') && this.text('weight_source') === 'file' ? files.weight.bias : null,
      input: {
        ...files.input,
        ...this.#source('input'),
        source: this.text('input_source') as PanelValues['input']['source'],
        sample: this.text('sample'),
      },
      weight: {
        ...files.weight,
        ...this.#source('weight'),
        source: this.text('weight_source') as PanelValues['weight']['source'],
        kernels: this.checkedKernels().map(({ value }) => value),
      },
    };
  }

  #source(name: 'input' | 'weight') {
    return {
      seed: this.number(`${name}_seed`),
      distribution: this.text(`${name}_distribution`) as Distribution,
    };
  }

  fillBias({ bias, dtype }: Pick<Scene, 'bias'> & { dtype: string }) {
    this.set('bias', bias !== null);
    this.set('bias_values', bias ? [...bias.data].map((value) => formatExact(value, dtype)).join(', ') : '');
  }

  fill({ summary, bias }: Scene) {
    const { operation, dimensions, shapes, dtype } = summary;
    this.set('kind', ownKind(operation.kind, dimensions));
    for (const field of this.operationFields)
      this.#write(field, operation[field.name] ?? field.default ?? shapes.weight?.slice(2));
    this.set('dtype', dtype);
    this.fillBias({ bias, dtype });
    this.set('channels', shapes.input[0]);
    this.setPair('input', [shapes.input[1], shapes.input[2]]);
    this.set('outputs', shapes.output[0]);
    this.set('input_source', 'keep');
    this.set('weight_source', 'keep');
  }
}
