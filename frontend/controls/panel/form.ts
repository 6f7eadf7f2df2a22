/** The panel's form: what it says as a layer, and a scene as what it says. */

import type { Layer } from '../../model/layer_validation.ts';
import { formatExact } from '../../model/ledger.ts';
import { parseNumber } from '../../model/parse_numbers.ts';
import type { OperationKind } from '../../model/types.ts';
import type { Scene } from '../../state/scene.ts';
import type { Distribution, PanelValues } from '../../state/scene_requests.ts';

type Control = HTMLInputElement | HTMLSelectElement;

export class PanelForm {
  readonly form: HTMLFormElement;

  constructor(form: HTMLFormElement) {
    this.form = form;
  }

  control(name: string): Control {
    const found = this.form.elements.namedItem(name);
    if (found instanceof HTMLInputElement || found instanceof HTMLSelectElement) return found;
    throw new Error(`the panel has no field ${name}`);
  }

  text(name: string) {
    return this.control(name).value;
  }

  /** name: NaN where nothing is written. */
  number(name: string) {
    const text = this.text(name).trim();
    return text === '' ? NaN : Number(text);
  }

  pair(name: string): [number, number] {
    return [this.number(`${name}_h`), this.number(`${name}_w`)];
  }

  checked(name: string) {
    return (this.control(name) as HTMLInputElement).checked;
  }

  set(name: string, value: string | number | boolean) {
    const control = this.control(name);
    if (typeof value === 'boolean') (control as HTMLInputElement).checked = value;
    else if (control.value !== textOf(value)) control.value = textOf(value);
  }

  setPair(name: string, [first, second]: [number, number]) {
    this.set(`${name}_h`, first);
    this.set(`${name}_w`, second);
  }

  kernels(): HTMLInputElement[] {
    return [...this.form.querySelectorAll('input[name="kernels"]')].filter(
      (box) => box instanceof HTMLInputElement,
    );
  }

  padding(): Layer['padding'] {
    const side = (name: string) => this.number(`pad_${name}`);
    const [top, left] = [side('top'), side('left')];
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

  layer(): Layer {
    const kind = this.text('kind') as OperationKind;
    const channels = this.number('channels');
    return {
      kind,
      input: [channels, ...this.pair('input')],
      kernel: this.pair('kernel'),
      outputs: kind.endsWith('pool2d') ? channels : this.number('outputs'),
      stride: this.pair('stride'),
      padding: this.padding(),
      padding_mode: kind === 'conv2d' ? this.text('padding_mode') : 'zeros',
      dilation: this.pair('dilation'),
      output_padding: this.pair('output_padding'),
      groups: kind.endsWith('pool2d') ? 1 : this.number('groups'),
      ceil_mode: this.checked('ceil_mode'),
    };
  }

  /** One number for each output channel, or null: no bias. */
  bias() {
    if (!this.checked('bias')) return null;
    return this.text('bias_values')
      .split(/[\s,;，；]+/)
      .filter(Boolean)
      .map((text) => ({ text, value: parseNumber(text) }));
  }

  values({
    input,
    weight,
  }: {
    input: { file: Blob | null; picture: boolean; touched: boolean };
    weight: { file: Blob | null; touched: boolean };
  }): PanelValues {
    const random = (name: string) => ({
      seed: this.number(`${name}_seed`),
      distribution: this.text(`${name}_distribution`) as Distribution,
      key: this.text(`${name}_key`),
    });
    return {
      layer: this.layer(),
      flip: this.checked('flip'),
      count_include_pad: this.checked('count_include_pad'),
      dtype: this.text('dtype'),
      bias: this.bias()?.map(({ value }) => value) ?? null,
      input: {
        ...input,
        ...random('input'),
        source: this.text('input_source') as PanelValues['input']['source'],
        sample: this.text('sample'),
      },
      weight: {
        ...weight,
        ...random('weight'),
        source: this.text('weight_source') as PanelValues['weight']['source'],
        kernels: this.kernels()
          .filter(({ checked }) => checked)
          .map(({ value }) => value),
      },
    };
  }

  fill({ summary, bias }: Scene) {
    const { operation, shapes, dtype } = summary;
    this.set('kind', operation.kind);
    this.set('dtype', dtype);
    this.setPair('stride', operation.stride);
    this.setPair('dilation', operation.dilation);
    this.setPair('output_padding', operation.output_padding ?? [0, 0]);
    this.setPair('kernel', (shapes.weight?.slice(2) ?? operation.kernel_size ?? [1, 1]) as [number, number]);
    this.set('padding_mode', operation.padding_mode ?? 'zeros');
    this.set('groups', operation.groups ?? 1);
    this.set('flip', operation.flip ?? false);
    this.set('ceil_mode', operation.ceil_mode ?? false);
    this.set('count_include_pad', operation.count_include_pad ?? true);
    this.#fillPadding(operation.padding);
    this.set('bias', bias !== null);
    this.set('bias_values', bias ? [...bias.data].map((value) => formatExact(value, dtype)).join(', ') : '');
    this.set('channels', shapes.input[0]);
    this.setPair('input', [shapes.input[1], shapes.input[2]]);
    this.set('outputs', shapes.output[0]);
    this.set('input_source', 'keep');
    this.set('weight_source', 'keep');
  }

  #fillPadding({ top, bottom, left, right }: { top: number; bottom: number; left: number; right: number }) {
    const kind = top !== bottom || left !== right ? 'four' : top !== left ? 'two' : 'one';
    this.set('padding_kind', kind);
    for (const [side, value] of Object.entries({ top, bottom, left, right })) this.set(`pad_${side}`, value);
  }
}

/** What stands for no number is written as nothing. */
function textOf(value: string | number) {
  return Number.isNaN(value) ? '' : String(value);
}
