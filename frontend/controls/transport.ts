/** The timeline's buttons, scrubber, speed and granularity. */

import { computed, effect } from '@preact/signals-core';
import { weightIndex } from '../model/geometry.ts';
import { pairAt } from '../model/gradients/direction.ts';
import type { Translate } from '../model/i18n.ts';
import * as timeline from '../model/timeline.ts';
import type { Granularity } from '../model/types.ts';
import type { AppState } from '../state/app_state.ts';
import { findElement, setText, throttle } from '../views/shared/dom.ts';

/** The share of its length by which the scrubber moves at least, while playing: about a pixel. */
const MIN_MOVE = 1 / 1000;

export function setUpTransport(state: AppState, t: Translate) {
  setUpButtons(state, t);
  setUpScrubber(state);
  showPosition(state, t);
  setUpGranularity(state);
  setUpSpeed(state);
  setTimelineHeight(findElement('.timeline', HTMLElement));
}

/** Tells the style sheet how high the timeline is: on narrow screens it has two lines or three. */
function setTimelineHeight(section: HTMLElement) {
  const { style } = document.documentElement;
  new ResizeObserver(() => style.setProperty('--timeline-height', `${section.offsetHeight}px`)).observe(
    section,
  );
}

function setUpButtons(state: AppState, t: Translate) {
  const actions = {
    play: () => state.togglePlay(),
    'to-start': () => state.jump(() => 0),
    'to-end': () => state.jump((clock) => timeline.duration(clock)),
    back: () => state.stepTick(-1),
    forward: () => state.stepTick(1),
  };
  for (const [id, action] of Object.entries(actions))
    findElement(`#${id}`, HTMLButtonElement).onclick = action;
  effect(() => {
    const play = findElement('#play', HTMLButtonElement);
    play.classList.toggle('is-playing', state.playing.value);
    play.title = t(state.playing.value ? 'timeline.pause' : 'timeline.play');
    play.setAttribute('aria-label', play.title);
  });
}

function setUpScrubber(state: AppState) {
  const input = findElement('#scrubber', HTMLInputElement);
  input.oninput = () =>
    state.jump((clock) => Math.round(Number(input.value)) * timeline.ticksPerWindow(clock));
  effect(() => {
    const clock = state.clock.value;
    if (clock) input.max = String(clock.outChannels * clock.windows);
  });
  let shownShare = -1;
  const move = throttle(() => {
    const clock = state.clock.peek();
    if (!clock) return;
    const windows = state.time.peek() / timeline.ticksPerWindow(clock);
    const share = windows / (clock.outChannels * clock.windows);
    if (state.playing.peek() && Math.abs(share - shownShare) < MIN_MOVE) return;
    shownShare = share;
    input.value = String(windows);
    input.style.setProperty('--share', String(share));
  });
  effect(() => {
    if (state.held.value) return;
    state.clock.value;
    state.time.value;
    move(state.playing.value);
  });
}

/** Writes which window of how many the time is at, or which row where windows pass too fast to be read. */
function showPosition(state: AppState, t: Translate) {
  const text = computed(() => {
    const { windows = 0, width = 1 } = state.clock.value ?? {};
    const window = state.window.value;
    if (state.tooFastToRead.value && windows > width)
      return t('timeline.where.row', { row: Math.floor(window / width) + 1, rows: windows / width });
    return t(whereKey(state), { window: window + 1, windows, ...channelsOf(state) });
  });
  const place = findElement('#timeline-position', HTMLElement);
  const speak = throttle(() => {
    const channel = t('output.channel', { channel: state.outChannel.peek() });
    const value = `${text.peek()}, ${channel}`;
    findElement('#scrubber', HTMLInputElement).setAttribute('aria-valuetext', value);
  });
  effect(() => {
    if (!state.clock.value || state.held.value) return;
    setText(place, text.value);
    state.outChannel.value;
    speak(state.playing.value);
  });
}

/** The text that says where the time is. */
function whereKey({ direction, reading, shownView }: AppState) {
  const way = direction.value;
  if (way === 'forward') return shownView.value === 'scatter' ? 'timeline.where.input' : 'timeline.where';
  return `gradient.where.${way === 'input' && reading.value === 'scatter' ? 'scatter' : way}`;
}

/** The channels that time is at: of a gradient to the weight, torch's index of the slice. */
function channelsOf({ scene, direction, outChannel }: AppState): Record<string, number> {
  const channel = outChannel.value;
  const layer = scene.value?.summary;
  if (direction.value !== 'weight' || !layer) return { channel };
  const [first, second] = weightIndex(layer, ...pairAt(layer, channel));
  return { first, second };
}

function setUpGranularity(state: AppState) {
  for (const radio of document.querySelectorAll<HTMLInputElement>('input[name="granularity"]')) {
    radio.onchange = () => state.chooseGranularity(radio.value as Granularity);
    effect(() => {
      if (state.held.value) return;
      radio.checked = state.granularity.value === radio.value;
    });
  }
}

function setUpSpeed(state: AppState) {
  const select = findElement('#speed', HTMLSelectElement);
  select.onchange = () => {
    state.speed.value = Number(select.value);
  };
  effect(() => {
    select.value = String(state.speed.value);
  });
}
