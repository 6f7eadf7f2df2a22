/** Files that are dropped onto a page of networks: a model is opened, anything else is an input. */

import { findElement } from '../../views/shared/dom.ts';

export interface DroppedFiles {
  model: File | null;
  input: File | null;
}

export function sortFiles(files: Iterable<File>): DroppedFiles {
  const all = [...files];
  const model = all.find(({ name }) => isModel(name)) ?? null;
  return { model, input: all.find((file) => file !== model) ?? null };
}

export function isModel(name: string) {
  return /\.onnx$/i.test(name);
}

export function setUpDrop(take: (files: DroppedFiles) => void) {
  const sign = findElement('#drop-here', HTMLElement);
  let depth = 0;
  const has = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
  const show = (step: number) => {
    depth = Math.max(0, depth + step);
    sign.hidden = depth === 0;
  };
  addEventListener('dragenter', (event) => has(event) && show(1));
  addEventListener('dragleave', (event) => has(event) && show(-1));
  addEventListener('dragover', (event) => has(event) && event.preventDefault());
  addEventListener('drop', (event) => {
    if (!has(event)) return;
    event.preventDefault();
    show(-depth);
    take(sortFiles(event.dataTransfer?.files ?? []));
  });
}
