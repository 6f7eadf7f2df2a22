/**
 * The address names the scene, the moment and the view; back and forward go from scene to scene. What stands above the
 * stage and the link to the other language follow.
 *
 * @import {State} from '../state.js'
 * @import {Changes} from '../changes.js'
 * @import {Translate} from '../i18n.js'
 * @import {Boot, Summary} from '../types.js'
 * @import {View} from '../address.js'
 * @import {Model} from '../frame.js'
 * @import {Parts} from '../workbench.js'
 */

import { effect, untracked } from '@preact/signals-core';
import { fromQuery, hasCell, momentAt, timeOfMoment, toQuery } from '../address.js';
import { costText, shapeFormulas } from '../formula.js';
import { inChannels, kernelSize, WHOLE } from '../geometry.js';
import { emptyShare } from '../notes.js';
import { isPicture, usualGranularity } from '../state.js';
import { find, setText } from './dom.js';

/** The address follows at most this often, in milliseconds: browsers refuse more. */
const PATIENCE = 300;

/** @param {Parts} parts @param {Changes} changes @returns {boolean} whether the address names a moment */
export function address(parts, changes) {
  const { state, boot } = parts;
  const asked = fromQuery(new URLSearchParams(location.search));
  let applied = !location.search || apply(state, asked);
  const follow = follower(state, boot);
  titles(parts);
  // The scene that the address names: a change of it, but not by back and forward, is a new entry of the history.
  let named = boot.scene;
  const go = async () => {
    const id = idIn(location.pathname) ?? boot.scene;
    const view = fromQuery(new URLSearchParams(location.search));
    named = id;
    await changes.visit(id, view.moment);
    apply(state, view);
  };
  addEventListener('popstate', go);
  effect(() => {
    const id = state.scene.value?.summary.id;
    // The first scene may come late, when the server is asked again.
    applied ||= untracked(() => apply(state, asked));
    if (!id || id === named) return;
    named = id;
    history.pushState(null, '', addressOf(state, id));
    languageLink();
  });
  effect(() => {
    state.pin.value;
    state.scroll.value;
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

/** @param {string} path */
function idIn(path) {
  return /^\/s\/([^/]+)$/.exec(path)?.[1] ?? null;
}

/** @param {State} state @param {View} view */
function apply(state, view) {
  const scene = state.scene.peek();
  if (!scene) return false;
  const { summary } = scene;
  state.view.value = view.shape ?? 'stage';
  state.transposed.value = view.transposed;
  state.chooseGranularity(view.granularity ?? usualGranularity(summary));
  state.jump((clock) => timeOfMoment(clock, clock.width, view.moment));
  state.pin.value = view.pin && hasCell(summary, view.pin) ? view.pin : null;
  state.scroll.value = view.rows;
  state.tinted.value = view.tinted ?? usualTints(scene);
  const { input, output } = view.zoom;
  state.zoom.value = { input: input ?? WHOLE, output: output ?? WHOLE };
  const index = view.input === null ? -1 : inChannels(summary, state.outChannel.peek()).indexOf(view.input);
  state.inChannel.value = Math.max(index, 0);
  if (input || output || index >= 0) state.following.value = false;
  return true;
}

/** What is shown, as an address. @param {State} state @param {string|null} id  null: the path stays */
export function addressOf(state, id) {
  const [scene, clock] = [state.scene.peek(), state.clock.peek()];
  const query = new URLSearchParams();
  const language = new URLSearchParams(location.search).get('lang');
  if (language) query.set('lang', language);
  if (scene && clock) {
    const tinted = state.tinted.peek();
    const zoom = state.zoom.peek();
    const view = toQuery({
      transposed: state.transposed.peek(), input: inputChosen(state, scene.summary),
      zoom: { input: zoom.input === WHOLE ? null : zoom.input, output: zoom.output === WHOLE ? null : zoom.output },
      moment: momentAt(clock, clock.width, state.time.peek()), granularity: state.granularity.peek(),
      pin: state.pin.peek(), rows: state.scroll.peek(), shape: state.chosenView.peek(), tinted: tinted === usualTints(scene) ? null : tinted,
    }, usualGranularity(scene.summary));
    for (const [name, value] of view) query.set(name, value);
  }
  const text = query.toString().replaceAll('%2C', ',');
  return `${id ? `/s/${id}` : location.pathname}${text ? `?${text}` : ''}`;
}

/** The input channel that the sparse matrix is of, unless it is the one that time is at. @param {State} state @param {Summary} summary */
function inputChosen(state, summary) {
  const [inputs, index] = [inChannels(summary, state.outChannel.peek()), state.inChannel.peek()];
  const chosen = !state.following.peek() || (state.granularity.peek() === 'window' && index > 0);
  if (state.chosenView.peek() !== 'sparse' || inputs.length < 2 || !chosen) return null;
  return inputs[Math.min(index, inputs.length - 1)] ?? null;
}

/** @type {WeakMap<import('../state.js').Scene, boolean>} */
const tints = new WeakMap();

/** @param {import('../state.js').Scene} scene */
function usualTints(scene) {
  const found = tints.get(scene) ?? isPicture(scene.input);
  tints.set(scene, found);
  return found;
}

/** Puts the moment into the address, soon. @param {State} state @param {Boot} boot */
function follower(state, boot) {
  let later = 0;
  const write = () => {
    later = 0;
    const shown = state.scene.peek()?.summary.id;
    if (state.playing.peek() || shown !== (idIn(location.pathname) ?? boot.scene)) return;
    history.replaceState(null, '', addressOf(state, null));
    languageLink();
  };
  return () => {
    later ||= setTimeout(write, PATIENCE);
  };
}

/** The same scene, moment and view in the other language. */
function languageLink() {
  const link = find('#other-language', HTMLAnchorElement);
  const query = new URLSearchParams(location.search);
  query.set('lang', link.hreflang);
  link.href = `${location.pathname}?${query.toString().replaceAll('%2C', ',')}`;
}

/** What stands above the stage; the server wrote that of the first scene. @param {Parts} parts */
function titles({ state, boot, t, model }) {
  let written = boot.scene;
  /** @param {Summary} summary */
  const write = (summary) => {
    const { id, operation, shapes } = summary;
    const preset = boot.presets[id];
    const title = preset ? t(`preset.${preset}.title`) : t('scene.title', {
      kind: operation.kind, inputs: shapes.input[0], outputs: shapes.output[0], kernel: kernelSize(summary).join('×'),
    });
    const pair = document.querySelector('#pair');
    if (pair instanceof HTMLElement) pair.hidden = id !== boot.scene;
    setText(find('h1', HTMLHeadingElement), title);
    setText(find('#about-line', HTMLElement), t(preset ? `preset.${preset}.line` : 'scene.line'));
    document.title = `${title} · ${t('app.name')}`;
  };
  effect(() => {
    const [summary, layer] = [state.scene.value?.summary, model()];
    if (!summary || !layer || summary.id === written) return;
    written = summary.id;
    write(summary);
    facts(layer, boot.language, t);
  });
}

/** The output's size, worked out, and how much there is to compute. @param {Model} model @param {string} language @param {Translate} t */
function facts(model, language, t) {
  const { summary } = model;
  const { multiply_adds, parameters } = summary.counts;
  const count = (/** @type {number} */ value) => value.toLocaleString(language);
  const share = emptyShare(model) * 100;
  const empty = t(summary.operation.kind === 'conv_transpose2d' ? 'counts.holes' : 'counts.padding', { share: count(Number(share.toPrecision(share < 10 ? 2 : 3))) });
  setText(find('#formula', HTMLElement), shapeFormulas(summary).join('\n'));
  setText(find('#counts', HTMLElement), costText(t, language, summary.operation.kind, { parameters, multiplyAdds: multiply_adds }) + (share > 0 ? ` · ${empty}` : ''));
}
