/** Gradient descent by hand: learning rate, steps, the loss as a curve, and the kernel as it changes. */

import type { ApiClient } from '../../data/client.ts';
import { readSummary } from '../../data/client.ts';
import type { Loss, Trained } from '../../data/descent.ts';
import { descend, fetchGradients, LARGEST_SHOWN } from '../../data/descent.ts';
import { formatShort } from '../../model/numbers.ts';
import type { SceneAnswer, SceneSummary } from '../../model/types.ts';
import type { AppState } from '../../state/app_state.ts';
import { findElement, makeElement, setText } from '../../views/shared/dom.ts';
import { makeLossCurve } from '../loss_curve.ts';
import { fill } from './feedback.ts';
import type { WeightLists } from './lesson_data.ts';
import type { TaskParts } from './tasks.ts';

/** How near each weight has to come. */
const NEAR = 0.01;
const MANY_STEPS = 10;

export function setUpDescent(parts: TaskParts): () => void {
  const { form, task, lesson, context } = parts;
  const { texts } = lesson;
  const { api } = context.state;
  const [scene, goal] = [task.scene as { weight: { data: WeightLists } }, task.weight];
  if (!scene || !goal) return () => undefined;
  let weight = scene.weight.data;
  let losses: number[] = [];
  const layer = () => ({ ...scene, weight: { data: weight } });
  const view = makeView(texts, task.rate ?? 0.01);
  findElement('#task-more', HTMLElement, form).replaceChildren(view.element);
  const show = () => {
    const [first, last] = [formatShort(losses[0] ?? 0), formatShort(losses.at(-1) ?? 0)];
    const taken = losses.length - 1;
    setText(view.kernel, fill(texts['live.kernelNow'], { weights: numbersOf(weight) }));
    setText(view.loss, taken > 0 ? fill(texts['live.loss'], { loss: last, steps: taken }) : '');
    view.curve.show(losses, fill(texts[taken > 0 ? 'live.losses' : 'live.curve.loss'], { first, last }));
  };
  const showGradient = async () => {
    const at = weight;
    const { weight: gradient } = await fetchGradients(api, layer(), await lossOf());
    // What comes late belongs to a kernel that is no longer there.
    if (at !== weight) return;
    setText(view.gradient, fill(texts['live.gradient'], { gradient: numbersOf(gradient as WeightLists) }));
  };
  let loss: Loss | null = null;
  /** The squared error from what the kernel that is wanted makes. */
  const lossOf = async () => {
    if (!loss) {
      const { output } = await fetchGradients(api, { ...scene, weight: { data: goal } });
      loss = { kind: 'squared_error', target: { data: output } };
    }
    return loss;
  };
  /** What comes after the reader has gone on to another step is not shown. */
  const showNow = async () => {
    const summary = await postLayer(context.state.api, layer());
    if (form.isConnected) await openAtSameTime(context.state, summary);
  };
  const train = async (steps: number) => {
    const rate = view.rate.valueAsNumber;
    if (!(rate > 0)) return parts.say(fill(texts['live.wrongRate']), 'wrong');
    parts.say('');
    const taken = { learning_rate: rate, steps, train: ['weight'] satisfies Trained[] };
    const answer = await descend(api, layer(), await lossOf(), taken);
    weight = answer.weight as WeightLists;
    losses = [...losses.slice(0, -1), ...answer.losses];
    show();
    const isTooLarge = (losses.at(-1) ?? 0) > LARGEST_SHOWN;
    if (answer.diverged_at !== null || isTooLarge) {
      // That of such a kernel may be out of range.
      setText(view.gradient, '');
      return parts.say(fill(texts['live.diverged']), 'wrong');
    }
    await showGradient();
    await showNow();
    if (isNear(weight, goal)) parts.done();
  };
  const tell = (error: Error) => parts.say(error.message, 'wrong');
  const run = (steps: number) => train(steps).catch(tell);
  form.onsubmit = (event) => event.preventDefault();
  view.step.onclick = () => run(1);
  view.run.onclick = () => run(MANY_STEPS);
  view.reset.onclick = () => {
    weight = scene.weight.data;
    losses = [];
    parts.say('');
    show();
    showGradient().catch(tell);
    showNow().catch(tell);
  };
  show();
  showGradient().catch(() => undefined);
  return () => undefined;
}

function makeView(texts: Record<string, string>, rate: number) {
  const element = makeElement('div');
  const row = makeElement('p', 'row');
  const label = document.createElement('label');
  label.className = 'field';
  const input = document.createElement('input');
  Object.assign(input, { type: 'number', step: '0.001', min: '0.001', value: String(rate), id: 'rate' });
  label.append(texts['live.rate'] ?? '', input);
  const make = (key: string) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = fill(texts[`live.${key}`], { steps: MANY_STEPS });
    button.id = `descent-${key}`;
    return button;
  };
  const [step, run, reset] = [make('step'), make('run'), make('reset')];
  run.className = 'main';
  row.append(label, step, run, reset);
  const [kernel, gradient, loss] = [makeElement('p'), makeElement('p'), makeElement('p')];
  kernel.id = 'descent-kernel';
  const curve = makeLossCurve({
    loss: texts['live.curve.loss'] ?? '',
    logLoss: texts['live.curve.logLoss'] ?? '',
    steps: texts['live.curve.steps'] ?? '',
  });
  element.append(row, kernel, gradient, loss, curve.element);
  return { element, rate: input, step, run, reset, kernel, gradient, loss, curve };
}

async function postLayer(api: ApiClient, layer: object): Promise<SceneSummary> {
  return readSummary(await api.post<SceneAnswer>('/scenes?include=initial', layer));
}

async function openAtSameTime(state: AppState, summary: SceneSummary) {
  const time = state.time.peek();
  await state.open(summary);
  state.jump(() => time);
}

function numbersOf(weight: WeightLists) {
  return weight.flat(3).map(formatShort).join(', ');
}

function isNear(weight: WeightLists, goal: WeightLists) {
  const [now, wanted] = [weight.flat(3), goal.flat(3)];
  return now.every((value, k) => Math.abs(value - (wanted[k] ?? 0)) < NEAR);
}
