/** Tells the page around how high the frame would like to be: what it shows does not scroll then. */

import { effect } from '@preact/signals-core';
import type { AppContext } from '../../views/app_context.ts';
import { observeSize } from '../../views/shared/display.ts';
import { findElement } from '../../views/shared/dom.ts';
import { wantedStageHeight } from '../../views/stage/wanted_height.ts';
import type { Tell } from './messages.ts';

/** The matrices have no height of their own: a share of the width, between these. */
const MATRIX_SHARE = 0.6;
const MATRIX_HEIGHTS = [320, 560] as const;

export function tellWantedSize({ state, model }: AppContext, tell: Tell) {
  const room = findElement('#stage-room', HTMLElement);
  const size = observeSize(room);
  const main = observeSize(findElement('#main', HTMLElement));
  let told = 0;
  effect(() => {
    const { width } = size.value;
    const layer = model();
    main.value;
    if (!layer || width === 0) return;
    const matrix = state.shownView.value === 'matrix' || state.shownView.value === 'sparse';
    const [least, most] = MATRIX_HEIGHTS;
    const stage = matrix
      ? Math.min(Math.max(width * MATRIX_SHARE, least), most)
      : wantedStageHeight(layer.subject, width);
    const height = Math.ceil(stage + heightBeside(room));
    if (height === told) return;
    told = height;
    tell('resize', { height });
  });
}

/** What stands above and below the stage. */
function heightBeside(room: HTMLElement) {
  const stage = room.parentElement;
  const parts = [...(stage?.parentElement?.children ?? [])];
  const beside = parts.filter((part) => part !== stage && getComputedStyle(part).position !== 'absolute');
  const main = findElement('#main', HTMLElement);
  const padding = Number.parseFloat(getComputedStyle(main).paddingBottom);
  return beside.reduce((sum, part) => sum + part.getBoundingClientRect().height, padding);
}
