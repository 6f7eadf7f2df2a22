/** Files that are dropped onto a page. */

import { findElement } from '../views/shared/dom.ts';

/** A sign over the page says so while files are above it; `take` gets those that are let go. */
export function setUpFileDrop(take: (files: File[]) => void) {
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
    take([...(event.dataTransfer?.files ?? [])]);
  });
}
