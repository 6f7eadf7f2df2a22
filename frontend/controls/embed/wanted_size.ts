/** Tells the page around how high the frame would like to be: what it shows does not scroll then. */

import { effect, untracked } from '@preact/signals-core';
import type { AppContext } from '../../views/app_context.ts';
import { makeViewFrame, shownDrawing } from '../../views/registry.ts';
import { observeSize } from '../../views/shared/display.ts';
import { findElement } from '../../views/shared/dom.ts';
import { wantedStageHeight } from '../../views/stage/wanted_height.ts';
import type { Tell } from './messages.ts';

/** The room that matrices are given: a share of the width, between these. A narrow layout takes its own. */
const MATRIX_SHARE = 0.6;
const MATRIX_HEIGHTS = [320, 560] as const;
/** A higher matrix scrolls. */
const MAX_MATRIX_HEIGHT = 900;

export function tellWantedSize(context: AppContext, tell: Tell) {
  const { state, model } = context;
  const room = findElement('#stage-room', HTMLElement);
  const size = observeSize(room);
  const main = observeSize(findElement('#main', HTMLElement));
  let lastHeight = 0;
  effect(() => {
    const { width } = size.value;
    const layer = model();
    main.value;
    if (!layer || width === 0) return;
    const view = state.shownView.value;
    // Once more when the view's own drawing is loaded.
    const drawn = shownDrawing(layer.summary, view);
    const isMatrix = drawn === 'matrix' || drawn === 'sparse';
    const stage = isMatrix ? wantedMatrixHeight(context, width) : wantedStageHeight(layer.subject, width);
    const height = Math.ceil(stage + heightBeside(room));
    if (height === lastHeight) return;
    lastHeight = height;
    tell('resize', { height });
  });
}

/** As the layout of this moment has it; later ones are as high. */
function wantedMatrixHeight({ request }: AppContext, width: number) {
  const [least, most] = MATRIX_HEIGHTS;
  const height = Math.min(Math.max(width * MATRIX_SHARE, least), most);
  const shown = untracked(request);
  if (!shown) return height;
  return Math.min(makeViewFrame({ ...shown, width, height }).layout.height, MAX_MATRIX_HEIGHT);
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
