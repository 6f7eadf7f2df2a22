/**
 * The timeline's buttons, scrubber, speed, granularity and output channel, and the keys.
 *
 * @import {State} from '../state.js'
 * @import {Translate} from '../i18n.js'
 * @import {Granularity} from '../types.js'
 */

import { effect } from '@preact/signals-core';
import * as timeline from '../timeline.js';
import { find, setText, unhurried } from './dom.js';

/** The scrubber moves by about a pixel at least, of its whole length. */
const LEAST_MOVE = 1 / 1000;

/** @param {State} state @param {Translate} t */
export function transport(state, t) {
  buttons(state, t);
  scrubber(state, t);
  granularity(state);
  speed(state, t);
  chooser(state, t);
}

/** @param {State} state @param {Translate} t */
function buttons(state, t) {
  const play = find('#play', HTMLButtonElement);
  play.onclick = () => state.togglePlay();
  find('#to-start', HTMLButtonElement).onclick = () => state.jump(() => 0);
  find('#to-end', HTMLButtonElement).onclick = () => state.jump((clock) => timeline.duration(clock));
  find('#back', HTMLButtonElement).onclick = () => state.stepBeat(-1);
  find('#forward', HTMLButtonElement).onclick = () => state.stepBeat(1);
  effect(() => {
    const playing = state.playing.value;
    play.classList.toggle('is-playing', playing);
    const label = t(playing ? 'timeline.pause' : 'timeline.play');
    play.setAttribute('aria-label', label);
    play.title = label;
  });
}

/** @param {State} state @param {Translate} t */
function scrubber(state, t) {
  const input = find('#scrubber', HTMLInputElement);
  const label = find('#where', HTMLElement);
  input.oninput = () => {
    const clock = state.clock.peek();
    if (clock) state.jump(() => Math.round(Number(input.value)) * timeline.beatsPerWindow(clock));
  };
  effect(() => {
    const clock = state.clock.value;
    if (clock) input.max = String(clock.outChannels * clock.windows);
  });
  let shown = -1;
  const move = unhurried(() => {
    const clock = state.clock.peek();
    if (!clock) return;
    const windows = state.time.peek() / timeline.beatsPerWindow(clock);
    const share = windows / (clock.outChannels * clock.windows);
    if (state.playing.peek() && Math.abs(share - shown) < LEAST_MOVE) return;
    shown = share;
    input.value = String(windows);
    input.style.setProperty('--share', String(share));
  });
  effect(() => {
    state.clock.value;
    state.time.value;
    move(state.playing.value);
  });
  const tell = unhurried(() => {
    const clock = state.clock.peek();
    if (!clock) return;
    const text = t(state.shownView.peek() === 'scatter' ? 'timeline.where.input' : 'timeline.where', { window: state.window.peek() + 1, windows: clock.windows });
    setText(label, text);
    input.setAttribute('aria-valuetext', `${text}, ${t('output.channel', { channel: state.outChannel.peek() })}`);
  });
  effect(() => {
    state.clock.value;
    state.window.value;
    state.outChannel.value;
    tell(state.playing.value);
  });
}

/** @param {State} state */
function granularity(state) {
  for (const radio of document.querySelectorAll('input[name="granularity"]')) {
    if (!(radio instanceof HTMLInputElement)) continue;
    radio.onchange = () => state.chooseGranularity(/** @type {Granularity} */ (radio.value));
    effect(() => {
      radio.checked = state.granularity.value === radio.value;
    });
  }
}

/** @param {State} state @param {Translate} t */
function speed(state, t) {
  const select = find('#speed', HTMLSelectElement);
  select.onchange = () => {
    state.speed.value = Number(select.value);
  };
  effect(() => {
    select.value = String(state.speed.value);
    select.setAttribute('aria-label', t('timeline.speed'));
  });
}

/** @param {State} state @param {Translate} t */
function chooser(state, t) {
  const root = find('#chooser', HTMLElement);
  const show = stepper(root, t, (channel) => state.chooseOutput(channel));
  effect(() => {
    const count = state.clock.value?.outChannels ?? 1;
    root.hidden = count < 2;
    show(state.outChannel.value, { least: 0, most: count - 1, count });
  });
}

/**
 * A channel's number, to be typed or stepped through: a list would need an element for each channel.
 * @param {HTMLElement} root @param {Translate} t @param {(channel: number) => void} choose
 * @returns {(channel: number, range: {least: number, most: number, count: number}) => void}  shows one of those that can be chosen; count: of the whole layer
 */
export function stepper(root, t, choose) {
  const input = find('input', HTMLInputElement, root);
  const of = find('.of', HTMLElement, root);
  const previous = find('button:first-child', HTMLButtonElement, root);
  const next = find('button:last-child', HTMLButtonElement, root);
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

/** The keyboard: one key, one action, wherever the focus is not in a control that uses the key itself. @param {State} state @param {() => void} help */
export function keys(state, help) {
  /** @type {Record<string, () => void>} */
  const actions = {
    ' ': () => state.togglePlay(),
    ArrowRight: () => state.stepBeat(1),
    ArrowLeft: () => state.stepBeat(-1),
    'shift+ArrowRight': () => state.stepWindow(1),
    'shift+ArrowLeft': () => state.stepWindow(-1),
    Home: () => state.jump(() => 0),
    End: () => state.jump((clock) => timeline.duration(clock)),
    '+': () => state.changeSpeed(1),
    '=': () => state.changeSpeed(1),
    '-': () => state.changeSpeed(-1),
    1: () => state.chooseGranularity('product'),
    2: () => state.chooseGranularity('channel'),
    3: () => state.chooseGranularity('window'),
    '[': () => state.chooseOutput(state.outChannel.peek() - 1),
    ']': () => state.chooseOutput(state.outChannel.peek() + 1),
    '?': help,
  };
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || usesKey(event)) return;
    const action = actions[event.shiftKey && event.key.startsWith('Arrow') ? `shift+${event.key}` : event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}

/** Whether the focused control wants this key for itself. @param {KeyboardEvent} event */
function usesKey({ target, key }) {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('dialog, [popover]')) return key !== '?';
  if (target.matches('select, textarea, [contenteditable]')) return true;
  if (target.id === 'scrubber') return false;
  // A radio button that the pointer chose leaves the arrows to the timeline.
  if (target instanceof HTMLInputElement && target.type === 'radio') return target.matches(':focus-visible') && (key.startsWith('Arrow') || key === ' ');
  if (target instanceof HTMLInputElement) return true;
  return key === ' ' && target.matches('button, a, summary');
}
