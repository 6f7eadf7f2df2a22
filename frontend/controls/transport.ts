/** The timeline's buttons, scrubber, speed, granularity and output channel, and the keys. */

import { effect } from '@preact/signals-core';
import type { Translate } from '../model/i18n.ts';
import * as timeline from '../model/timeline.ts';
import type { Granularity } from '../model/types.ts';
import type { AppState } from '../state/app_state.ts';
import { findElement, setText, throttle } from '../views/shared/dom.ts';
import { makeChannelStepper } from './channel_stepper.ts';

/** The scrubber moves by about a pixel at least, of its whole length. */
const LEAST_MOVE = 1 / 1000;

export function setUpTransport(state: AppState, t: Translate) {
  setUpButtons(state, t);
  setUpScrubber(state, t);
  setUpGranularity(state);
  setUpSpeed(state, t);
  setUpOutputChannel(state, t);
}

function setUpButtons(state: AppState, t: Translate) {
  const play = findElement('#play', HTMLButtonElement);
  play.onclick = () => state.togglePlay();
  findElement('#to-start', HTMLButtonElement).onclick = () => state.jump(() => 0);
  findElement('#to-end', HTMLButtonElement).onclick = () => state.jump((clock) => timeline.duration(clock));
  findElement('#back', HTMLButtonElement).onclick = () => state.stepTick(-1);
  findElement('#forward', HTMLButtonElement).onclick = () => state.stepTick(1);
  effect(() => {
    const playing = state.playing.value;
    play.classList.toggle('is-playing', playing);
    const label = t(playing ? 'timeline.pause' : 'timeline.play');
    play.setAttribute('aria-label', label);
    play.title = label;
  });
}

function setUpScrubber(state: AppState, t: Translate) {
  const input = findElement('#scrubber', HTMLInputElement);
  const label = findElement('#where', HTMLElement);
  input.oninput = () => {
    const clock = state.clock.peek();
    if (clock) state.jump(() => Math.round(Number(input.value)) * timeline.ticksPerWindow(clock));
  };
  effect(() => {
    const clock = state.clock.value;
    if (clock) input.max = String(clock.outChannels * clock.windows);
  });
  let shown = -1;
  const move = throttle(() => {
    const clock = state.clock.peek();
    if (!clock) return;
    const windows = state.time.peek() / timeline.ticksPerWindow(clock);
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
  const tell = throttle(() => {
    const clock = state.clock.peek();
    if (!clock) return;
    const text = t(state.shownView.peek() === 'scatter' ? 'timeline.where.input' : 'timeline.where', {
      window: state.window.peek() + 1,
      windows: clock.windows,
    });
    setText(label, text);
    input.setAttribute(
      'aria-valuetext',
      `${text}, ${t('output.channel', { channel: state.outChannel.peek() })}`,
    );
  });
  effect(() => {
    state.clock.value;
    state.window.value;
    state.outChannel.value;
    tell(state.playing.value);
  });
}

function setUpGranularity(state: AppState) {
  for (const radio of document.querySelectorAll('input[name="granularity"]')) {
    if (!(radio instanceof HTMLInputElement)) continue;
    radio.onchange = () => state.chooseGranularity(radio.value as Granularity);
    effect(() => {
      radio.checked = state.granularity.value === radio.value;
    });
  }
}

function setUpSpeed(state: AppState, t: Translate) {
  const select = findElement('#speed', HTMLSelectElement);
  select.onchange = () => {
    state.speed.value = Number(select.value);
  };
  effect(() => {
    select.value = String(state.speed.value);
    select.setAttribute('aria-label', t('timeline.speed'));
  });
}

function setUpOutputChannel(state: AppState, t: Translate) {
  const root = findElement('#chooser', HTMLElement);
  const show = makeChannelStepper(root, t, (channel) => state.chooseOutput(channel));
  effect(() => {
    const count = state.clock.value?.outChannels ?? 1;
    root.hidden = count < 2;
    show(state.outChannel.value, { least: 0, most: count - 1, count });
  });
}
