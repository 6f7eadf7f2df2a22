/** The learning rate, what is trained, one step, a run of steps, and its end. */

import { effect, signal } from '@preact/signals-core';
import type { Trained } from '../../data/descent.ts';
import type { DescentState } from '../../state/descent.ts';
import type { AppContext } from '../../views/app_context.ts';
import { makeElement, setText } from '../../views/shared/dom.ts';

/** The rates that are tried to find the first are below. */
const LARGEST_RATE = 2;
const FIRST_RATE = 0.01;
const MOST_STEPS = 1000;

export function makeDescentForm(context: AppContext, descent: DescentState) {
  const { state, t } = context;
  const element = document.createElement('form');
  element.autocomplete = 'off';
  // What is wrong is said in the page's language.
  element.noValidate = true;
  const trained = makeTrained(t, state);
  const rate = makeRate(descent, trained.names);
  const steps = makeNumber('descent-steps', 20, { min: '1', max: String(MOST_STEPS), step: '1' });
  const problem = makeElement('p', 'field-error');
  problem.setAttribute('role', 'alert');
  const start = async (count: number) => {
    const code = problemOf(rate.valueAsNumber, steps.valueAsNumber);
    setText(problem, code ? t(`gradient.descent.${code}`, { most: MOST_STEPS }) : '');
    rate.ariaInvalid = String(code === 'wrongRate');
    steps.ariaInvalid = String(code === 'wrongSteps');
    if (code) return;
    try {
      await descent.run({ learning_rate: rate.valueAsNumber, steps: count, train: trained.names() });
    } catch (error) {
      state.reportError(error);
    }
  };
  const [rateLabel, stepsLabel] = [t('gradient.descent.rate'), t('gradient.descent.steps')];
  element.append(makeField(rateLabel, rate), makeField(stepsLabel, steps), trained.element);
  element.append(
    makeButtons(context, descent, steps, () => start(1)),
    problem,
  );
  element.onsubmit = (event) => {
    event.preventDefault();
    if (descent.running.peek()) descent.stop();
    else start(steps.valueAsNumber);
  };
  const setRate = (value: number) => {
    rate.value = String(value);
  };
  return { element, setRate };
}

/** One step, and a run, whose button ends it too. */
function makeButtons(
  { state, t }: AppContext,
  descent: DescentState,
  steps: HTMLInputElement,
  takeStep: () => void,
) {
  const [step, run] = [document.createElement('button'), document.createElement('button')];
  Object.assign(step, { type: 'button', id: 'descent-step', onclick: takeStep });
  Object.assign(run, { type: 'submit', id: 'descent-run' });
  setText(step, t('gradient.descent.step'));
  const count = signal(steps.valueAsNumber);
  steps.oninput = () => {
    count.value = steps.valueAsNumber || 0;
  };
  effect(() => {
    const running = descent.running.value;
    const trainable = descent.known.value !== null && state.scene.value?.summary.dtype !== 'int32';
    step.disabled = !trainable || running;
    run.disabled = !trainable && !running;
    setText(run, running ? t('gradient.descent.stop') : t('gradient.descent.run', { steps: count.value }));
  });
  const buttons = makeElement('p', 'descent-buttons');
  buttons.append(step, run);
  return buttons;
}

/** The learning rate: until it is typed, one that makes the loss of the scene fall. */
function makeRate(descent: DescentState, names: () => Trained[]) {
  const { known, state } = descent;
  const rate = makeNumber('descent-rate', FIRST_RATE, { min: '0', step: 'any' });
  let [asked, typed] = [false, false];
  rate.oninput = () => {
    typed = true;
  };
  effect(() => {
    if (asked || known.value === null || state.scene.value?.summary.dtype === 'int32') return;
    asked = true;
    descent
      .suggestRate(LARGEST_RATE, names())
      .then((found) => {
        // Nor while somebody is about to type.
        if (found && !typed && document.activeElement !== rate) rate.value = String(found);
      })
      .catch(() => undefined);
  });
  return rate;
}

function problemOf(rate: number, steps: number): 'wrongRate' | 'wrongSteps' | null {
  if (!(rate > 0)) return 'wrongRate';
  return Number.isInteger(steps) && steps >= 1 && steps <= MOST_STEPS ? null : 'wrongSteps';
}

/** What is trained, of a layer that has a bias: at least one of both. */
function makeTrained(t: AppContext['t'], state: AppContext['state']) {
  const element = makeElement('fieldset', 'descent-trained');
  element.append(makeElement('legend', 'visually-hidden', t('gradient.descent.train')));
  const boxes = (['weight', 'bias'] satisfies Trained[]).map((name) => {
    const box = document.createElement('input');
    Object.assign(box, { type: 'checkbox', name: 'train', value: name, checked: true });
    const label = makeElement('label');
    label.append(box, ` ${t(`gradient.descent.train.${name}`)}`);
    element.append(label);
    return box;
  });
  element.onchange = ({ target }) => {
    const other = boxes.find((box) => box !== target);
    if (other && boxes.every(({ checked }) => !checked)) other.checked = true;
  };
  effect(() => {
    element.hidden = !state.scene.value?.summary.shapes.bias;
  });
  const names = (): Trained[] =>
    element.hidden ? ['weight'] : boxes.filter(({ checked }) => checked).map(({ value }) => value as Trained);
  return { element, names };
}

function makeField(name: string, input: HTMLInputElement) {
  const label = makeElement('label');
  label.append(makeElement('span', '', name), input);
  return label;
}

function makeNumber(id: string, value: number, limits: Record<string, string>) {
  const input = document.createElement('input');
  Object.assign(input, { type: 'number', id, value: String(value), inputMode: 'decimal', ...limits });
  return input;
}
