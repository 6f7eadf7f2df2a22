/**
 * The address names the scene, the moment and the view; back and forward go from scene to scene. What stands
 * above the stage and the link to the other language follow.
 */

import { effect, untracked } from '@preact/signals-core';
import { inputChannelsOf, UNZOOMED } from '../model/geometry.ts';
import type { PageData, SceneSummary } from '../model/types.ts';
import type { AppState } from '../state/app_state.ts';
import type { EditSession } from '../state/edit_session.ts';
import { defaultGranularity } from '../state/scene.ts';
import type { UrlState } from '../state/url.ts';
import { encodeQuery, hasCell, momentAt, parseQuery, timeOfMoment } from '../state/url.ts';
import type { AppContext } from '../views/app_context.ts';
import { findElement, nextPaint } from '../views/shared/dom.ts';
import { updateTitles } from './scene_heading.ts';

/** The address follows at most this often, in milliseconds: browsers refuse more. */
const PATIENCE = 300;

/** Returns whether the address names a moment. */
export function syncUrl(parts: AppContext, changes: EditSession): boolean {
  const { state, boot } = parts;
  const asked = parseQuery(new URLSearchParams(location.search));
  let applied = !location.search || applyUrlState(state, asked);
  const follow = makeUrlWriter(state, boot);
  updateTitles(parts);
  // The scene that the address names; another one, unless by back or forward, is a new entry of the history.
  let named = boot.scene;
  const go = async () => {
    const id = sceneIdIn(location.pathname) ?? boot.scene;
    const view = parseQuery(new URLSearchParams(location.search));
    named = id;
    await changes.visit(id, view.moment);
    applyUrlState(state, view);
  };
  addEventListener('popstate', go);
  effect(() => {
    const id = state.scene.value?.summary.id;
    // The first scene may come late, when the server is asked again.
    if (!applied) applied = untracked(() => applyUrlState(state, asked));
    if (!id || id === named) return;
    named = id;
    // The numbers are painted before: a new address takes the browser as long as a frame of them.
    nextPaint().then(() => {
      history.pushState(null, '', makeUrl(state, id));
      updateLanguageLink();
    });
  });
  effect(() => {
    state.pinnedCell.value;
    state.firstChannel.value;
    state.tinted.value;
    state.granularity.value;
    state.chosenView.value;
    state.inChannel.value;
    state.following.value;
    state.transposed.value;
    state.zoom.value;
    state.time.value;
    if (!state.playing.value) follow();
  });
  return asked.moment !== null;
}

function sceneIdIn(path: string) {
  return /^\/s\/([^/]+)$/.exec(path)?.[1] ?? null;
}

function applyUrlState(state: AppState, view: UrlState) {
  const scene = state.scene.peek();
  if (!scene) return false;
  const { summary } = scene;
  state.wantedView.value = view.shape ?? 'stage';
  state.transposed.value = view.transposed;
  state.chooseGranularity(view.granularity ?? defaultGranularity(summary));
  state.jump((clock) => timeOfMoment(clock, clock.width, view.moment));
  state.pinnedCell.value = view.pin && hasCell(summary, view.pin) ? view.pin : null;
  state.firstChannel.value = view.rows;
  state.tinted.value = view.tinted ?? state.isPicture.peek();
  const { input, output } = view.zoom;
  state.zoom.value = { input: input ?? UNZOOMED, output: output ?? UNZOOMED };
  const index =
    view.input === null ? -1 : inputChannelsOf(summary, state.outChannel.peek()).indexOf(view.input);
  state.inChannel.value = Math.max(index, 0);
  if (input || output || index >= 0) state.following.value = false;
  return true;
}

/** What is shown, as an address. id: null: the path stays. */
export function makeUrl(state: AppState, id: string | null) {
  const [scene, clock] = [state.scene.peek(), state.clock.peek()];
  const query = new URLSearchParams();
  const language = new URLSearchParams(location.search).get('lang');
  if (language) query.set('lang', language);
  if (scene && clock) {
    const tinted = state.tinted.peek();
    const zoom = state.zoom.peek();
    const view = encodeQuery(
      {
        transposed: state.transposed.peek(),
        input: inputChosen(state, scene.summary),
        zoom: {
          input: zoom.input === UNZOOMED ? null : zoom.input,
          output: zoom.output === UNZOOMED ? null : zoom.output,
        },
        moment: momentAt(clock, clock.width, state.time.peek()),
        granularity: state.granularity.peek(),
        pin: state.pinnedCell.peek(),
        rows: state.firstChannel.peek(),
        shape: state.chosenView.peek(),
        tinted: tinted === state.isPicture.peek() ? null : tinted,
      },
      defaultGranularity(scene.summary),
    );
    for (const [name, value] of view) query.set(name, value);
  }
  const text = query.toString().replaceAll('%2C', ',');
  return `${id ? `/s/${id}` : location.pathname}${text ? `?${text}` : ''}`;
}

/** The input channel that the sparse matrix is of, unless it is the one that time is at. */
function inputChosen(state: AppState, summary: SceneSummary) {
  const [inputs, index] = [inputChannelsOf(summary, state.outChannel.peek()), state.inChannel.peek()];
  const chosen = !state.following.peek() || (state.granularity.peek() === 'window' && index > 0);
  if (state.chosenView.peek() !== 'sparse' || inputs.length < 2 || !chosen) return null;
  return inputs[Math.min(index, inputs.length - 1)] ?? null;
}

/** Puts the moment into the address, soon. */
function makeUrlWriter(state: AppState, boot: PageData) {
  let later = 0;
  const write = () => {
    later = 0;
    const shown = state.scene.peek()?.summary.id;
    if (state.playing.peek() || shown !== (sceneIdIn(location.pathname) ?? boot.scene)) return;
    history.replaceState(null, '', makeUrl(state, null));
    updateLanguageLink();
  };
  return () => {
    if (later === 0) later = setTimeout(write, PATIENCE);
  };
}

/** The same scene, moment and view in the other language. */
function updateLanguageLink() {
  const link = findElement('#other-language', HTMLAnchorElement);
  const query = new URLSearchParams(location.search);
  query.set('lang', link.hreflang);
  link.href = `${location.pathname}?${query.toString().replaceAll('%2C', ',')}`;
}
