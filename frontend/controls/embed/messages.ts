/** The messages with the page around the frame: nothing else is heard, nobody else is told. */

import { batch, effect } from '@preact/signals-core';
import { isAllowedOrigin } from '../../model/embed/ancestor_sources.ts';
import type { EmbedChange, EmbedRequest } from '../../model/embed/messages.ts';
import { PROTOCOL, parseRequest } from '../../model/embed/messages.ts';
import type { AppState } from '../../state/app_state.ts';
import { addressMoment, clockMoment, hasCell, momentAt, parsePin, pinText, stepOf } from '../../state/url.ts';

/** In place of an origin: the page around has made the frame's document, and has no origin that it knows. */
export const MAKER = '*';

export type Tell = (type: string, fields?: Record<string, unknown>) => void;

/**
 * Where the page around comes from, if it may have the frame; null: it is not known, or there is none.
 * Browsers check it as well, before they show a frame; here it is the address that messages go to.
 */
export function allowedParent(ancestors: readonly string[]): string | null {
  if (parent === window) return null;
  const origin = location.ancestorOrigins?.[0] ?? originOf(document.referrer);
  return isAllowedOrigin(origin, ancestors, location.origin) ? origin : null;
}

function originOf(url: string) {
  return URL.canParse(url) ? new URL(url).origin : '';
}

/** Tells the page around. */
export function makeTell(parentOrigin: string | null): Tell {
  return (type, fields = {}) => {
    if (parentOrigin) parent.postMessage({ convscope: PROTOCOL, type, ...fields }, parentOrigin);
  };
}

/** hear: gets whatever the page around sends, if it may have the frame. */
export function hearParent(parentOrigin: string | null, hear: (data: unknown) => void) {
  addEventListener('message', ({ source, origin, data }) => {
    if (!parentOrigin || source !== parent) return;
    if (parentOrigin === MAKER || origin === parentOrigin) hear(data);
  });
}

/** Heeds the page around, and says which moment is shown; the scene is there. */
export function exchangeMessages(state: AppState, parentOrigin: string | null, tell: Tell) {
  hearParent(parentOrigin, (data) => {
    const request = parseRequest(data);
    if (request) answer(state, request, tell);
  });
  tell('ready', { state: describeState(state) });
  const shown = () => ({ ...shownMoment(state), direction: state.direction.value });
  let lastText = JSON.stringify(shown());
  effect(() => {
    const moment = shown();
    const text = JSON.stringify(moment);
    if (text === lastText) return;
    lastText = text;
    tell('step', moment);
  });
  tellPins(state, tell);
}

function tellPins(state: AppState, tell: Tell) {
  let lastPin = shownPin(state);
  effect(() => {
    const pin = shownPin(state);
    if (pin === lastPin) return;
    lastPin = pin;
    tell('pin', { pin });
  });
}

function answer(state: AppState, request: EmbedRequest, tell: Tell) {
  const id = request.id === undefined ? {} : { id: request.id };
  if (request.type === 'getState') return tell('state', { ...id, state: describeState(state) });
  withoutLocks(state, () => obey(state, request));
  if (request.id !== undefined) tell('answer', { ...id, state: describeState(state) });
}

function obey(state: AppState, request: EmbedRequest) {
  if (request.type === 'setState') change(state, request.state);
  else if (request.type === 'step')
    for (let left = Math.abs(request.ticks); left > 0; left--) state.stepTick(request.ticks > 0 ? 1 : -1);
  else if (state.playing.peek() !== (request.type === 'play')) state.togglePlay();
}

/** The locks hold the reader, not the page around. */
function withoutLocks(state: AppState, action: () => void) {
  const locks = state.locks.peek();
  batch(() => {
    state.locks.value = new Set();
    action();
    state.locks.value = locks;
  });
}

export function change(state: AppState, { step, beat = null, by, view, speed, pin }: EmbedChange) {
  if (view) state.chooseView(view);
  if (by) state.chooseGranularity(by);
  if (speed) state.speed.value = speed;
  const summary = state.scene.peek()?.summary;
  const direction = state.direction.peek();
  if (step === null) state.jump(() => 0);
  else if (step && summary) {
    const [outChannel = 0, inChannel = 0, row = 0, col = 0] =
      step.length > 3 ? step : step.toSpliced(1, 0, 0);
    const moment = clockMoment(summary, direction, { outChannel, inChannel, row, col, tick: beat });
    state.showMoment(moment, step.join());
  }
  const cell = pin ? parsePin(pin) : null;
  if (pin === null || (cell && summary && hasCell(summary, cell, direction))) state.pinnedCell.value = cell;
}

function shownPin(state: AppState) {
  const cell = state.pinnedCell.value;
  return cell && pinText(cell);
}

/** The moment that is shown; before the first one step is null. */
function shownMoment(state: AppState) {
  const [scene, clock] = [state.scene.value, state.clock.value];
  if (!scene || !clock) return { step: null, beat: null };
  const moment = addressMoment(
    scene.summary,
    state.direction.value,
    momentAt(clock, clock.width, state.shownTime.value),
  );
  return { step: moment && stepOf(moment), beat: moment?.tick ?? null };
}

function describeState(state: AppState) {
  return {
    scene: state.scene.peek()?.summary.id ?? null,
    ...shownMoment(state),
    direction: state.direction.peek(),
    by: state.granularity.peek(),
    view: state.chosenView.peek(),
    speed: state.speed.peek(),
    playing: state.playing.peek(),
    pin: shownPin(state),
  };
}
