/** What the page is shown on, as signals: the size of an element and the pixel ratio. */

import type { ReadonlySignal } from '@preact/signals-core';
import { signal } from '@preact/signals-core';

/** The inner size of an element in CSS pixels. */
export function observeSize(element: HTMLElement): ReadonlySignal<{ width: number; height: number }> {
  const measure = () => ({ width: element.clientWidth, height: element.clientHeight });
  const size = signal(measure());
  new ResizeObserver(() => {
    const { width, height } = measure();
    if (width !== size.value.width || height !== size.value.height) size.value = { width, height };
  }).observe(element);
  return size;
}

/** Device pixels per CSS pixel. */
export function observePixelRatio(): ReadonlySignal<number> {
  const ratio = signal(devicePixelRatio);
  const watch = () => {
    ratio.value = devicePixelRatio;
    matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener('change', watch, { once: true });
  };
  watch();
  return ratio;
}
