/** Gradient descent: a button among the gradient's tools, and the strip beside the stage that it opens. */

import { effect, signal } from '@preact/signals-core';
import { formatShort } from '../../model/numbers.ts';
import type { DescentState, Growth } from '../../state/descent.ts';
import type { AppContext } from '../../views/app_context.ts';
import { findElement, makeElement, setText } from '../../views/shared/dom.ts';
import { makeLossCurve } from '../loss_curve.ts';
import { closeOtherSheets } from '../side_sheets.ts';
import { makeDescentForm } from './descent_form.ts';
import { showParameters } from './parameter_text.ts';

export function makeDescentButton(context: AppContext, descent: DescentState) {
  const { state, t } = context;
  const button = document.createElement('button');
  Object.assign(button, { type: 'button', className: 'link', id: 'descent-open' });
  setText(button, t('gradient.descent'));
  const open = signal(false);
  const close = () => {
    open.value = false;
    (button.hidden ? findElement('#direction', HTMLSelectElement) : button).focus();
  };
  let strip: HTMLElement | null = null;
  button.onclick = () => {
    if (open.peek()) return close();
    strip ??= makeStrip(context, descent, close);
    closeOtherSheets(button);
    open.value = true;
    findElement('#descent-step', HTMLButtonElement).focus({ preventScroll: true });
  };
  effect(() => {
    const shown = open.value && !!state.scene.value?.summary.shapes.weight;
    button.hidden = !['weight', 'bias'].includes(state.direction.value);
    button.disabled = !shown && descent.known.value === null;
    button.title = button.disabled ? t('gradient.descent.needsLoss') : '';
    button.ariaExpanded = String(shown);
    if (strip) strip.hidden = !shown;
    document.documentElement.classList.toggle('descent-open', shown);
  });
  return button;
}

function makeStrip(context: AppContext, descent: DescentState, close: () => void) {
  const { t } = context;
  const strip = makeElement('section', 'inspect descent');
  strip.id = 'descent';
  strip.ariaLabel = t('gradient.descent');
  strip.hidden = true;
  const header = makeElement('header');
  const closer = makeElement('button', 'icon', '×');
  closer.ariaLabel = t('gradient.descent.close');
  closer.onclick = close;
  header.append(makeElement('h2', '', t('gradient.descent')), closer);
  const form = makeDescentForm(context, descent);
  strip.append(header, form.element, makeCurve(context, descent), showParameters(context));
  strip.append(makeOutcome(context, descent, form.setRate));
  strip.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    close();
  });
  findElement('main', HTMLElement).append(strip);
  return strip;
}

/** The curve, and in words from where to where the loss went. */
function makeCurve({ t }: AppContext, descent: DescentState) {
  const figure = makeElement('figure');
  const { element, show } = makeLossCurve({
    loss: t('gradient.descent.axis.loss'),
    logLoss: t('gradient.descent.axis.logLoss'),
    steps: t('gradient.descent.axis.steps'),
  });
  const caption = makeElement('output');
  caption.id = 'descent-losses';
  const line = makeElement('figcaption');
  line.append(caption);
  figure.append(element, line);
  effect(() => {
    const known = descent.known.value;
    figure.hidden = known === null;
    // A run is told once it is over.
    caption.ariaBusy = String(descent.running.value);
    if (!known) return;
    const { losses, growth } = known;
    const [first, last] = [formatShort(losses[0] ?? 0), formatShort(losses.at(-1) ?? 0)];
    const steps = losses.length - 1;
    const text = t(steps ? 'gradient.descent.losses' : 'gradient.descent.noSteps', { first, last, steps });
    setText(caption, text);
    show([...losses, ...(growth?.beyond ?? [])], text, losses.length);
  });
  return figure;
}

/** What is to be said: no loss, integers, or steps that went too far; and what would work. */
function makeOutcome({ state, t }: AppContext, descent: DescentState, setRate: (rate: number) => void) {
  const box = makeElement('div', 'descent-outcome');
  box.setAttribute('role', 'status');
  const show = (texts: string[], offer?: string, action?: () => Promise<unknown>) => {
    box.replaceChildren(...texts.map((text) => makeElement('p', '', text)));
    if (!offer || !action) return;
    const button = document.createElement('button');
    Object.assign(button, { type: 'button', textContent: offer });
    button.onclick = () => action().catch((error) => state.reportError(error));
    box.append(button);
    box.scrollIntoView({ block: 'nearest' });
  };
  const takeRate = async (rate: number) => {
    setRate(rate);
    await descent.changes.undo();
  };
  effect(() => {
    const [known, running] = [descent.known.value, descent.running.value];
    const dtype = state.scene.value?.summary.dtype ?? 'float32';
    if (running) return show([]);
    if (!known)
      return show([t('gradient.descent.lossGone')], t('gradient.descent.again'), () => descent.chooseAgain());
    if (dtype === 'int32')
      return show([t('gradient.descent.integers')], t('gradient.descent.makeFloats'), () =>
        descent.makeFloats(),
      );
    const { growth } = known;
    if (!growth) return show([]);
    const texts = growthTexts(t, growth, dtype);
    const { rate } = growth.smaller ?? {};
    if (rate) show(texts, t('gradient.descent.take', { rate: formatShort(rate) }), () => takeRate(rate));
    else show(texts);
  });
  return box;
}

function growthTexts(t: AppContext['t'], growth: Growth, dtype: string): string[] {
  const { first, last, rate, divergedAt, beyond, smaller } = growth;
  const numbers = { first: formatShort(first), last: formatShort(last), rate: formatShort(rate) };
  const what = divergedAt === null ? 'grew' : 'diverged';
  const texts = [t(`gradient.descent.${what}`, { ...numbers, step: divergedAt ?? 0, dtype })];
  if (beyond.length) texts.push(t('gradient.descent.beyond', { steps: beyond.length }));
  if (!smaller) return [...texts, t('gradient.descent.noneFalls')];
  const tried = { rate: formatShort(smaller.rate), steps: smaller.steps, loss: formatShort(smaller.loss) };
  return [...texts, t('gradient.descent.smaller', { ...tried, first: numbers.first })];
}
