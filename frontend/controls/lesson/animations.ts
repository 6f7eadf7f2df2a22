/** Two animations of one layer side by side, moment by moment: they can be compared at rest too. */

import { makeElement } from '../../views/shared/dom.ts';
import type { AnswerSheet } from './answer_sheet.ts';
import type { Exercise, ExerciseStep } from './exercise_data.ts';
import { planesOf, slicesOf } from './exercise_data.ts';
import { fill } from './feedback.ts';
import { makePlanes, makeTable, numberText, showNumber } from './number_tables.ts';

type Texts = Record<string, string>;

/** How long one is shown, in milliseconds. */
const MOMENT = 1200;

const LETTERS = ['a', 'b'] as const;

export function makeAnimations(exercise: Exercise, texts: Texts): AnswerSheet {
  const moments = exercise.animations?.a.length ?? 0;
  const element = makeElement('div');
  const panels = makeElement('div', 'animations');
  const slider = makeSlider(moments, texts);
  const choice = makeLetterChoice(texts);
  const show = () => {
    const at = Number(slider.input.value);
    slider.label.textContent = fill(texts['live.moments'], { moment: at + 1, moments });
    panels.replaceChildren(...LETTERS.map((letter) => makePanel(exercise, letter, at, texts)));
  };
  slider.input.oninput = show;
  show();
  const row = makeElement('p', 'row moments');
  row.append(makePlay(slider.input, show, texts), slider.element);
  const kernels = makeKernels(exercise);
  kernels.append(row);
  element.append(kernels, panels);
  element.append(choice.element);
  return { element, read: choice.read, missing: 'live.missing.letter' };
}

function makeKernels({ scene }: Exercise) {
  const slices = slicesOf(scene).flatMap((planes, o) =>
    planes.map((plane, c) => makeTable(`K[${o}, ${c}]`, plane)),
  );
  return makePlanes(...slices, ...(scene.bias ? [makeTable('b', [scene.bias.data])] : []));
}

function makeSlider(moments: number, texts: Texts) {
  const element = document.createElement('label');
  const label = makeElement('span');
  const input = document.createElement('input');
  Object.assign(input, { type: 'range', min: '0', max: String(moments - 1), step: '1', value: '0' });
  input.setAttribute('aria-label', fill(texts['live.moments'], { moment: '…', moments }));
  element.append(input, label);
  return { element, input, label };
}

/** Goes on by itself, from the start again once it is over. */
function makePlay(input: HTMLInputElement, show: () => void, texts: Texts) {
  const button = document.createElement('button');
  button.type = 'button';
  let timer = 0;
  const stop = () => {
    clearInterval(timer);
    timer = 0;
    button.textContent = texts['live.play'] ?? '';
  };
  const next = () => {
    input.value = String(Number(input.value) + 1);
    show();
    if (!input.isConnected || input.value === input.max) stop();
  };
  button.onclick = () => {
    if (timer) return stop();
    if (input.value === input.max) input.value = '-1';
    next();
    timer = window.setInterval(next, MOMENT);
    button.textContent = texts['live.pause'] ?? '';
  };
  stop();
  return button;
}

/** One animation at one moment: the windows, the output so far, and the sums. */
function makePanel({ scene, animations }: Exercise, letter: 'a' | 'b', at: number, texts: Texts) {
  const steps = animations?.[letter] ?? [];
  const panel = makeElement('section', 'animation');
  const heading = makeElement('h2', '', fill(texts['live.animation'], { letter: letter.toUpperCase() }));
  panel.append(heading);
  const now = steps[at];
  if (!now) return panel;
  const inputs = planesOf(scene.input.data).map((plane, c) =>
    makeTable(`X[${c}]`, plane, (cell, value, row, col) => {
      showNumber(cell, value);
      const isRead = (now.input_rows ?? [0]).includes(row) && now.input_cols.includes(col);
      cell.classList.toggle('is-read', isRead);
    }),
  );
  panel.append(makePlanes(...inputs, makeOutput(steps, at)));
  panel.append(makeElement('p', '', sumText(now, scene.bias !== undefined, texts)));
  return panel;
}

function sumText({ channel_sums, bias, output }: ExerciseStep, hasBias: boolean, texts: Texts) {
  return fill(texts[hasBias ? 'live.sums.bias' : 'live.sums'], {
    sums: channel_sums.map(numberText).join(', '),
    bias: numberText(bias ?? 0),
    output: numberText(output),
  });
}

/** The output channel at work, as far as it has come. */
function makeOutput(steps: ExerciseStep[], at: number) {
  const channel = steps[at]?.out_channel ?? 0;
  const own = steps.filter(({ out_channel }) => out_channel === channel);
  const rows = Math.max(...own.map(({ row }) => row)) + 1;
  const cols = own.length / rows;
  const first = steps.findIndex(({ out_channel }) => out_channel === channel);
  const plane = Array.from({ length: rows }, (_, i) =>
    Array.from({ length: cols }, (_, j) => own[i * cols + j]?.output ?? 0),
  );
  return makeTable(`Y[${channel}]`, plane, (cell, value, row, col) => {
    const index = first + row * cols + col;
    if (index <= at) showNumber(cell, value);
    cell.classList.toggle('is-now', index === at);
  });
}

function makeLetterChoice(texts: Texts) {
  const element = document.createElement('fieldset');
  element.className = 'choices letters';
  const legend = makeElement('legend', 'visually-hidden', texts['live.answer'] ?? '');
  const radios = LETTERS.map((letter) => {
    const label = document.createElement('label');
    const radio = document.createElement('input');
    Object.assign(radio, { type: 'radio', name: 'letter', value: letter });
    const text = fill(texts['live.wrong.letter'], { letter: letter.toUpperCase() });
    label.append(radio, makeElement('span', '', text));
    return { label, radio };
  });
  element.append(legend, ...radios.map(({ label }) => label));
  return { element, read: () => radios.find(({ radio }) => radio.checked)?.radio.value ?? null };
}
