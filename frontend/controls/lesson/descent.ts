/** Gradient descent by hand: learning rate, steps, the loss as a curve, and the kernel as it changes. */

import type { SceneSummary } from '../../model/types.ts';
import { findElement, makeElement, setText } from '../../views/shared/dom.ts';
import { fill } from './feedback.ts';
import type { WeightLists } from './lesson_data.ts';
import { numberText } from './number_tables.ts';
import type { TaskParts } from './tasks.ts';

/** How near each weight has to come. */
const NEAR = 0.01;
const MANY_STEPS = 10;
const SVG = 'http://www.w3.org/2000/svg';
const CURVE = { width: 320, height: 110 };
/** The curve's lowest loss: below it all is one line. */
const LEAST_LOSS = 1e-6;

interface Descent {
  losses: number[];
  weight: WeightLists;
  diverged_at: number | null;
}

interface Gradients {
  output: unknown;
  weight: WeightLists;
}

export function setUpDescent(parts: TaskParts): () => void {
  const { form, task, lesson, context } = parts;
  const { texts } = lesson;
  const [scene, goal] = [task.scene as { weight: { data: WeightLists } }, task.weight];
  if (!scene || !goal) return () => undefined;
  let weight = scene.weight.data;
  let losses: number[] = [];
  const view = makeView(texts, task.rate ?? 0.01);
  findElement('#task-more', HTMLElement, form).replaceChildren(view.element);
  const show = () => {
    const [first = 0, last = 0] = [losses[0], losses.at(-1)];
    setText(
      view.kernel,
      fill(texts['live.kernelNow'], { weights: weight.flat(3).map(shortNumber).join(', ') }),
    );
    if (losses.length) {
      setText(view.loss, fill(texts['live.loss'], { loss: shortNumber(last), steps: losses.length - 1 }));
      view.curve.setAttribute(
        'aria-label',
        fill(texts['live.losses'], { first: shortNumber(first), last: shortNumber(last) }),
      );
    }
    drawCurve(view.path, losses);
  };
  const showGradient = async () => {
    const body = { ...scene, weight: { data: weight }, loss: await lossOf() };
    const { weight: gradient } = await context.state.api.post<Gradients>('/gradients', body);
    setText(
      view.gradient,
      fill(texts['live.gradient'], { gradient: gradient.flat(3).map(shortNumber).join(', ') }),
    );
  };
  let loss: object | null = null;
  /** The squared error from what the kernel that is wanted makes. */
  const lossOf = async () => {
    loss ??= {
      kind: 'squared_error',
      target: {
        data: (await context.state.api.post<Gradients>('/gradients', { ...scene, weight: { data: goal } }))
          .output,
      },
    };
    return loss;
  };
  const train = async (steps: number) => {
    const body = { ...scene, weight: { data: weight }, loss: await lossOf() };
    const answer = await context.state.api.post<Descent>('/descent', {
      ...body,
      learning_rate: Number(view.rate.value),
      steps,
    });
    weight = answer.weight;
    losses = [...losses.slice(0, -1), ...answer.losses];
    show();
    if (answer.diverged_at !== null) return parts.say(fill(texts['live.diverged']), 'wrong');
    await showGradient();
    await showOnStage(parts, scene, weight);
    if (isNear(weight, goal)) parts.done();
  };
  const run = (steps: number) => train(steps).catch((error) => parts.say(String(error.message), 'wrong'));
  form.onsubmit = (event) => event.preventDefault();
  view.step.onclick = () => run(1);
  view.run.onclick = () => run(MANY_STEPS);
  view.reset.onclick = () => {
    weight = scene.weight.data;
    losses = [];
    parts.say('');
    show();
    setText(view.loss, '');
    showOnStage(parts, scene, weight);
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
  const curve = document.createElementNS(SVG, 'svg');
  const path = document.createElementNS(SVG, 'path');
  const ground = document.createElementNS(SVG, 'line');
  for (const [name, value] of Object.entries({
    x1: 0,
    x2: CURVE.width,
    y1: CURVE.height - 1,
    y2: CURVE.height - 1,
  }))
    ground.setAttribute(name, String(value));
  curve.setAttribute('viewBox', `0 0 ${CURVE.width} ${CURVE.height}`);
  curve.setAttribute('class', 'loss-curve');
  curve.setAttribute('role', 'img');
  curve.setAttribute('aria-label', texts['live.rate'] ?? '');
  curve.append(ground, path);
  element.append(row, kernel, gradient, loss, curve);
  return { element, rate: input, step, run, reset, kernel, gradient, loss, curve, path };
}

/** Logarithmic: a loss that shrinks by the same factor is a straight line. */
function drawCurve(path: SVGPathElement, losses: number[]) {
  const heights = losses.map((loss) => Math.log10(Math.max(loss, LEAST_LOSS)));
  const [low, high] = [Math.min(...heights, -2), Math.max(...heights, 2)];
  const points = heights.map((height, k) => {
    const x = (k / Math.max(losses.length - 1, 1)) * CURVE.width;
    const y = CURVE.height - 4 - ((height - low) / (high - low)) * (CURVE.height - 8);
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  path.setAttribute('d', points.length ? `M${points.join('L')}` : '');
}

async function showOnStage({ context }: TaskParts, scene: object, weight: WeightLists) {
  const { state } = context;
  const time = state.time.peek();
  const body = { ...scene, weight: { data: weight } };
  const summary = await state.api.post<SceneSummary>('/scenes?include=initial', body);
  await state.open(summary);
  state.jump(() => time);
}

function isNear(weight: WeightLists, goal: WeightLists) {
  const [now, wanted] = [weight.flat(3), goal.flat(3)];
  return now.every((value, k) => Math.abs(value - (wanted[k] ?? 0)) < NEAR);
}

/** Four digits are enough to watch. */
function shortNumber(value: number) {
  return numberText(Number(value.toPrecision(4)));
}
