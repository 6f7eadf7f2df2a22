/** A field that chooses a channel. */

import type { Translate } from '../model/i18n.ts';
import { findElement, setText } from '../views/shared/dom.ts';

/**
 * A channel's number, to be typed or stepped through: a list would need an element for each channel. Returns
 * shows one of those that can be chosen; count: of the whole layer.
 */

export function makeChannelStepper(
  root: HTMLElement,
  t: Translate,
  choose: (channel: number) => void,
): (channel: number, range: { least: number; most: number; count: number }) => void {
  const input = findElement('input', HTMLInputElement, root);
  const of = findElement('.of', HTMLElement, root);
  const previous = findElement('button:first-child', HTMLButtonElement, root);
  const next = findElement('button:last-child', HTMLButtonElement, root);
  let [shown, typing, told] = [0, false, ''];
  const settle = () => {
    typing = false;
    input.value = String(shown);
  };
  previous.onclick = () => choose(shown - 1);
  next.onclick = () => choose(shown + 1);
  input.oninput = () => (typing = true);
  input.onchange = () => {
    if (input.value !== '' && input.validity.valid) choose(input.valueAsNumber);
    settle();
  };
  // What is no number at all is no change to the browser.
  input.onblur = settle;
  return (channel, { least, most, count }) => {
    const now = [channel, least, most, count].join();
    if (now === told) return;
    [told, shown] = [now, channel];
    [input.min, input.max] = [String(least), String(most)];
    setText(of, t('chooser.of', { count }));
    previous.disabled = channel === least;
    next.disabled = channel === most;
    // Time that goes on does not take away what is being typed.
    if (!typing) settle();
  };
}
