/** Chooses the output channel, beside the heading that the stage paints over the output. */

import { effect } from '@preact/signals-core';
import type { Rect } from '../model/types.ts';
import type { AppContext } from '../views/app_context.ts';
import { findElement, nextPaint, setText } from '../views/shared/dom.ts';
import { labelButtons, makeChannelStepper } from './channel_stepper.ts';

/** CSS pixels that the outline of the cell at work reaches above its grid. */
const OUTLINE = 2;

export function setUpOutputChooser({ state, t, canvas, shownLayout }: AppContext) {
  const root = findElement('#out-channel-chooser', HTMLElement);
  const show = makeChannelStepper(root, t, (channel) => state.chooseOutput(channel));
  effect(() => {
    const count = state.clock.value?.outChannels ?? 1;
    // Of the gradient to the weight a pair is chosen.
    root.hidden = count < 2 || state.direction.value === 'weight';
    show(state.outChannel.value, { least: 0, most: count - 1, count });
  });
  effect(() => {
    // What is chosen of the gradient to the input is the channel of dX.
    const tensor = state.direction.value === 'input' ? 'input' : 'output';
    const label = t(`${tensor}.choose`);
    [root.ariaLabel, root.title] = [label, label];
    setText(findElement('label > span', HTMLElement, root), label);
    labelButtons(root, t, tensor);
  });
  const place = () => {
    placeBeside(root, canvas, headingOf(shownLayout.peek()));
  };
  // With the picture that it stands on, not a frame later.
  effect(() => {
    shownLayout.value;
    place();
  });
  effect(() => {
    state.stepLoaded.value;
    nextPaint().then(place);
  });
  new ResizeObserver(place).observe(canvas);
}

/** Where a layout has the heading of its output, if it has one. */
function headingOf(layout: object | null) {
  return layout && 'outputHeading' in layout ? (layout.outputHeading as Rect) : undefined;
}

/** heading: in CSS pixels of the canvas; without one the chooser stands at the top right. */
function placeBeside(root: HTMLElement, canvas: HTMLElement, heading?: Rect) {
  const { style } = root;
  // Without a heading it says itself what it chooses.
  root.classList.toggle('is-alone', !heading);
  if (!heading) {
    for (const side of ['left', 'top', 'right']) style.removeProperty(side);
    return;
  }
  const room = root.offsetParent;
  const [stage, parent] = [canvas.getBoundingClientRect(), room?.getBoundingClientRect()];
  if (!parent) return;
  // Held at one side alone it keeps its width.
  style.right = 'auto';
  const right = Math.min(stage.left - parent.left + heading.x + heading.width, parent.width);
  style.left = `${right - root.offsetWidth}px`;
  const spare = heading.height - root.offsetHeight;
  style.top = `${stage.top - parent.top + heading.y + Math.min(spare / 2, spare - OUTLINE)}px`;
}
