/** Says beside the file that a picture is read smaller than it is. */

import type { Translate } from '../../model/i18n.ts';
import type { PanelValues } from '../../state/scene_requests.ts';
import { findElement, setText } from '../../views/shared/dom.ts';

export class PictureNote {
  #file: Blob | null = null;
  #size: Promise<number[]> = Promise.resolve([]);

  readonly t: Translate;
  readonly element = findElement('#picture-note', HTMLElement);

  constructor(t: Translate) {
    this.t = t;
  }

  async show({ input, layer }: PanelValues) {
    const file = input.source === 'file' && input.picture ? input.file : null;
    if (file !== this.#file) {
      this.#file = file;
      this.#size = file ? sizeOf(file) : Promise.resolve([]);
    }
    const [width = 0, height = 0] = await this.#size;
    if (file !== this.#file) return;
    const [, rows, cols] = layer.input;
    const values = { width, height, cols, rows };
    const smaller = rows < height || cols < width;
    setText(this.element, file && smaller ? this.t('panel.file.reduced', values) : '');
  }
}

/** In pixels; nothing of what is no picture. */
async function sizeOf(file: Blob) {
  const bitmap = await createImageBitmap(file).catch(() => null);
  const size = bitmap ? [bitmap.width, bitmap.height] : [];
  bitmap?.close();
  return size;
}
