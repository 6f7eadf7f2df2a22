/** The address names the scene, the moment and the view; back and forward go from scene to scene. */

import { effect, untracked } from '@preact/signals-core';
import { UNZOOMED } from '../model/geometry.ts';
import { stepChannelsOf } from '../model/gradients/direction.ts';
import type { PageData, SceneSummary } from '../model/types.ts';
import type { AppState } from '../state/app_state.ts';
import type { EditSession } from '../state/edit_session.ts';
import { defaultGranularity } from '../state/scene.ts';
import type { UrlState } from '../state/url.ts';
import { addressMoment, clockMoment, encodeQuery, hasCell, momentAt, parseQuery } from '../state/url.ts';
import type { AppContext } from '../views/app_context.ts';
import { findElement, nextPaint } from '../views/shared/dom.ts';
import type { ChooseDirection } from './direction.ts';
import { updateTitles } from './scene_heading.ts';

/** The address follows at most this often, in milliseconds: browsers refuse more. */
const WRITE_PAUSE = 300;

/** What an address says of the scene, and of where its reader comes from. */
const OF_THE_PAGE = ['lang', 'network', 'learn', 'from', 'title'];

/** What the page's own address asks for. */
export interface Addressed {
  /** Whether it names a moment, or how that is shown. */
  named: boolean;
  /** Resolves, once the scene is there, when all that it names is shown. */
  shown: () => Promise<unknown>;
}

export function syncUrl(context: AppContext, changes: EditSession, choose: ChooseDirection): Addressed {
  const { state, boot } = context;
  const requested = new URLSearchParams(location.search);
  let isApplied = location.search === '';
  const apply = () =>
    applyUrlState(state, requested, choose)?.then(() => {
      isApplied = true;
    }) ?? null;
  let applied = isApplied ? Promise.resolve() : apply();
  const [writeNow, writeSoon] = makeUrlWriter(state, boot, () => isApplied);
  rememberNames(state, boot.scene);
  updateTitles(context);
  // The scene that the address names; another one, unless by back or forward, is a new entry of the history,
  // and all scenes of one edit the same.
  let named = boot.scene;
  addEventListener('popstate', async () => {
    const query = new URLSearchParams(location.search);
    named = sceneIdIn(location.pathname) ?? boot.scene;
    rememberNames(state, named);
    await changes.visit(named, parseQuery(query).moment);
    applyUrlState(state, query, choose);
  });
  effect(() => {
    const id = state.scene.value?.summary.id;
    // The first scene may come late, when the server is asked again.
    applied ??= untracked(apply);
    if (!id || id === named) return;
    named = id;
    const write = changes.continued ? 'replaceState' : 'pushState';
    // The numbers are painted before: a new address takes the browser as long as a frame of them.
    nextPaint().then(() => {
      history[write](null, '', makeUrl(state, id));
      updateLanguageLink();
    });
  });
  effect(() => {
    if (state.playing.value || state.held.value) return;
    makeUrl(state, null);
    writeSoon();
  });
  // While time runs its moment waits; what is chosen meanwhile does not.
  effect(() => {
    state.chosenView.value;
    state.granularity.value;
    state.direction.value;
    if (untracked(() => state.playing.value)) writeNow();
  });
  // Who goes to the address bar, or to the other language, takes the moment along that is on the stage.
  addEventListener('blur', writeNow);
  addEventListener('pagehide', writeNow);
  findElement('#other-language', HTMLAnchorElement).addEventListener('click', writeNow);
  const isNamed = [...requested.keys()].some((name) => !OF_THE_PAGE.includes(name));
  return { named: isNamed, shown: async () => applied };
}

/** The example that the address says its scene was made from, and the title that it gives it. */
function rememberNames({ origins }: AppState, id: string) {
  const query = new URLSearchParams(location.search);
  const title = query.get('title');
  origins.remember(id, query.get('from'));
  if (title) origins.rename(id, title);
}

function sceneIdIn(path: string) {
  return /^\/s\/([^/]+)$/.exec(path)?.[1] ?? null;
}

/** Resolves when a moment of a gradient, which is loaded first, is shown too; null: there is no scene yet. */
function applyUrlState(
  state: AppState,
  query: URLSearchParams,
  choose: ChooseDirection,
): Promise<void> | null {
  const view = parseQuery(query);
  const scene = state.scene.peek();
  if (!scene) return null;
  const { summary } = scene;
  state.wantedView.value = view.shape ?? 'stage';
  state.transposed.value = view.transposed;
  state.chooseGranularity(view.granularity ?? defaultGranularity(summary));
  const pinned = view.pin && hasCell(summary, view.pin, view.direction) ? view.pin : null;
  const show = () => {
    state.showMoment(clockMoment(summary, view.direction, view.moment), query.get('step'));
    state.pinnedCell.value = pinned;
    const channels = stepChannelsOf(summary, view.direction, state.outChannel.peek());
    const index = view.input === null ? -1 : channels.indexOf(view.input);
    state.inChannel.value = Math.max(index, 0);
    if (view.zoom.input || view.zoom.output || index >= 0) state.following.value = false;
  };
  let applied = Promise.resolve();
  if (view.direction === 'forward' && state.wantedDirection.peek() === 'forward') show();
  else applied = choose(view.direction, view.reading).then(show);
  state.firstChannel.value = view.rows;
  state.tinted.value = view.tinted ?? state.isPicture.peek();
  const { input, output } = view.zoom;
  state.zoom.value = { input: input ?? UNZOOMED, output: output ?? UNZOOMED };
  return applied;
}

/** What is shown, as an address. id: null: the path stays. */
export function makeUrl(state: AppState, id: string | null) {
  const [scene, clock] = [state.scene.value, state.clock.value];
  const query = new URLSearchParams();
  const named = new URLSearchParams(location.search);
  for (const name of ['lang', 'network', 'learn']) {
    const value = named.get(name);
    if (value) query.set(name, value);
  }
  if (scene && clock) {
    const { input, output } = state.zoom.value;
    const tinted = state.tinted.value;
    const view: UrlState = {
      transposed: state.transposed.value,
      input: chosenInput(state, scene.summary),
      zoom: { input: input === UNZOOMED ? null : input, output: output === UNZOOMED ? null : output },
      moment: addressMoment(
        scene.summary,
        state.direction.value,
        momentAt(clock, clock.width, state.shownTime.value),
      ),
      direction: state.direction.value,
      reading: state.reading.value,
      granularity: state.granularity.value,
      pin: state.pinnedCell.value,
      rows: state.firstChannel.value,
      shape: state.chosenView.value,
      tinted: tinted === state.isPicture.value ? null : tinted,
    };
    for (const [name, value] of encodeQuery(view, defaultGranularity(scene.summary))) query.set(name, value);
    const origin = state.origins.of(scene.summary.id);
    if (origin && !state.origins.presetOf(scene.summary.id)) query.set('from', origin);
    const title = state.origins.titleOf(scene.summary.id);
    if (title) query.set('title', title);
  }
  const text = formatQuery(query);
  return `${id ? `/s/${id}` : location.pathname}${text ? `?${text}` : ''}`;
}

function formatQuery(query: URLSearchParams) {
  return query.toString().replaceAll('%2C', ',');
}

/** The channel of the step that the sparse matrix is of, unless it is the one that time is at. */
function chosenInput(state: AppState, summary: SceneSummary) {
  const { direction, inChannel, following, granularity } = state;
  const channels = stepChannelsOf(summary, direction.value, state.outChannel.value);
  const index = inChannel.value;
  const chosen = !following.value || (granularity.value === 'window' && index > 0);
  const ofPair = direction.value === 'weight' || direction.value === 'bias';
  if (state.chosenView.value !== 'sparse' || ofPair || channels.length < 2 || !chosen) return null;
  return channels[Math.min(index, channels.length - 1)] ?? null;
}

/**
 * Returns what puts the moment into the address now, and soon, unless time runs by then. isApplied: whether
 * what the address itself names is shown; until then it stays.
 */
function makeUrlWriter(
  state: AppState,
  boot: PageData,
  isApplied: () => boolean,
): [now: () => void, soon: () => void] {
  let timer = 0;
  const write = () => {
    if (state.held.peek()) return;
    if (!isApplied()) return updateLanguageLink();
    const id = state.scene.peek()?.summary.id;
    if (id !== (sceneIdIn(location.pathname) ?? boot.scene)) return;
    history.replaceState(null, '', makeUrl(state, null));
    updateLanguageLink();
  };
  const writeLater = () => {
    timer = 0;
    if (!state.playing.peek()) write();
  };
  const soon = () => {
    if (timer === 0) timer = setTimeout(writeLater, WRITE_PAUSE);
  };
  return [write, soon];
}

/** The same scene, moment and view in the other language. */
function updateLanguageLink() {
  const link = findElement('#other-language', HTMLAnchorElement);
  const query = new URLSearchParams(location.search);
  query.set('lang', link.hreflang);
  link.href = `${location.pathname}?${formatQuery(query)}`;
}
