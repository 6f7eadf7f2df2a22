/** What the page is shown on, as signals: the size of an element and the pixel ratio. */

import type { ReadonlySignal } from '@preact/signals-core';
import { computed, signal } from '@preact/signals-core';

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

/** Pixels of a canvas per CSS pixel that paper deserves. */
const PRINTED = 3;

/** Whether the page is being printed. */
export function observePrinting(): ReadonlySignal<boolean> {
  const printing = signal(false);
  for (const type of ['beforeprint', 'afterprint'])
    addEventListener(type, () => {
      printing.value = type === 'beforeprint';
    });
  return printing;
}

/** Device pixels per CSS pixel, and those of paper while the page is printed. */
export function observePixelRatio(printing = observePrinting()): ReadonlySignal<number> {
  const ratio = signal(devicePixelRatio);
  const watch = () => {
    ratio.value = devicePixelRatio;
    matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener('change', watch, { once: true });
  };
  watch();
  return computed(() => (printing.value ? Math.max(ratio.value, PRINTED) : ratio.value));
}
