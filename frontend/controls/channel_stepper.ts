/** A field that chooses a channel: a list would need an element for each. */

import type { Translate } from '../model/i18n.ts';
import { findElement, setText } from '../views/shared/dom.ts';

/** Says of which tensor the channel is that the buttons lead to; a title ends with its key. */
export function labelButtons(root: HTMLElement, t: Translate, tensor: 'input' | 'output') {
  for (const [place, name] of [
    ['first', 'previous'],
    ['last', 'next'],
  ]) {
    const button = findElement(`button:${place}-child`, HTMLButtonElement, root);
    const key = / \(.\)$/.exec(button.title)?.[0] ?? '';
    button.ariaLabel = t(`${tensor}.${name}`);
    button.title = button.ariaLabel + key;
  }
}

/** Returns what shows a channel; least, most: those that can be chosen; count: of the whole layer. */
export function makeChannelStepper(
  root: HTMLElement,
  t: Translate,
  choose: (channel: number) => void,
): (channel: number, range: { least: number; most: number; count: number }) => void {
  const input = findElement('input', HTMLInputElement, root);
  const previous = findElement('button:first-child', HTMLButtonElement, root);
  const next = findElement('button:last-child', HTMLButtonElement, root);
  let [current, typing] = [0, false];
  const reset = () => {
    typing = false;
    input.value = String(current);
  };
  previous.onclick = () => choose(current - 1);
  next.onclick = () => choose(current + 1);
  input.oninput = () => {
    typing = true;
  };
  input.onchange = () => {
    if (input.value !== '' && input.validity.valid) choose(input.valueAsNumber);
    reset();
  };
  // A text that is no number is no change to the browser.
  input.onblur = reset;
  return (channel, { least, most, count }) => {
    current = channel;
    [input.min, input.max] = [String(least), String(most)];
    setText(findElement('.channel-count', HTMLElement, root), t('chooser.of', { count }));
    previous.disabled = channel === least;
    next.disabled = channel === most;
    // Playing does not take away what is being typed.
    if (!typing && input.value !== String(channel)) reset();
  };
}
