/** Links to every tensor of the scene, to the scene file, and to the code with its file. */

import type { ReadonlySignal } from '@preact/signals-core';
import { effect } from '@preact/signals-core';
import type { AppContext } from '../../views/app_context.ts';
import { findElement, makeElement } from '../../views/shared/dom.ts';

const FORMATS = ['npy', 'safetensors'];

export function showDownloads({ state, t }: AppContext, open: ReadonlySignal<boolean>) {
  const list = findElement('#inspect-downloads', HTMLElement);
  effect(() => {
    const summary = state.scene.value?.summary;
    if (!summary || !open.value) return;
    const { id, shapes, operation } = summary;
    const base = `${state.api.base}/scenes/${id}`;
    const sums = operation.kind === 'max_pool2d' ? [] : ['channel_sums'];
    const names = [
      'input',
      ...(shapes.weight ? ['weight'] : []),
      ...(shapes.bias ? ['bias'] : []),
      'output',
      ...sums,
    ];
    list.replaceChildren(
      ...names.map((name) => {
        const item = makeElement('li', '', `${name}: `);
        item.append(
          ...FORMATS.flatMap((format, k) => [
            ...(k > 0 ? [', '] : []),
            makeLink(`${base}/tensors/${name}?format=${format}`, `${name}.${format}`, format),
          ]),
        );
        return item;
      }),
      wrap(makeLink(`${base}/file`, `${id}.safetensors`, t('inspect.file'))),
      wrap(makeLink(`${base}/code?format=zip`, `${id}.zip`, t('inspect.zip'))),
    );
  });
}

function makeLink(url: string, name: string, text: string) {
  const link = makeElement('a', '', text) as HTMLAnchorElement;
  link.href = url;
  link.download = name;
  return link;
}

function wrap(link: HTMLElement) {
  const item = makeElement('li');
  item.append(link);
  return item;
}
