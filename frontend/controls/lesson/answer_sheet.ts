/** How each kind of exercise is shown and answered. */

import { dimensionsOf, formatIndex, ownShape } from '../../model/dimensions.ts';
import { parseNumber } from '../../model/number_syntax.ts';
import { makeElement } from '../../views/shared/dom.ts';
import { makeAnimations } from './animations.ts';
import type { Answer, Exercise, SceneBody } from './exercise_data.ts';
import { planesOf, slicesOf } from './exercise_data.ts';
import { makePlanes, makeTable, numberText, showNumber } from './number_tables.ts';

export interface AnswerSheet {
  element: HTMLElement;
  /** null: something is missing or no number. */
  read: () => Answer | null;
  /** The text that says what is missing, or no number, then. */
  readonly missing: string;
  /** Puts an answer in, where it is to be compared with. */
  show?: (answer: Answer) => void;
}

type Texts = Record<string, string>;

/** texts: those of the page. */
export function makeAnswerSheet(exercise: Exercise, texts: Texts): AnswerSheet {
  if (exercise.kind === 'cell') return makeCellSheet(exercise, texts);
  if (exercise.kind === 'shape') return makeShapeSheet(exercise, texts);
  if (exercise.kind === 'inputs') return makeInputsSheet(exercise, texts);
  if (exercise.kind === 'kernel') return makeKernelSheet(exercise, texts);
  return makeAnimations(exercise, texts);
}

/** Input, kernel and bias. */
function makeScene(scene: SceneBody) {
  const inputs = planesOf(scene.input.data).map((plane, c) => makeTable(`X[${c}]`, plane));
  const slices = slicesOf(scene).flatMap((planes, o) =>
    planes.map((plane, c) => makeTable(`K[${o}, ${c}]`, plane)),
  );
  const biases = scene.bias ? [makeTable('b', [scene.bias.data])] : [];
  return [makePlanes(...inputs), makePlanes(...slices, ...biases)];
}

function box(...content: Node[]) {
  const element = makeElement('div');
  element.append(...content);
  return element;
}

function makeField(label: string) {
  const field = document.createElement('label');
  field.className = 'field';
  const input = document.createElement('input');
  input.type = 'text';
  input.autocomplete = 'off';
  field.append(label, input);
  return { field, input };
}

function makeCellSheet({ scene }: Exercise, texts: Texts): AnswerSheet {
  const { field, input } = makeField(texts['live.answer'] ?? '');
  const row = makeElement('p', 'row');
  row.append(field);
  return {
    element: box(...makeScene(scene), row),
    read: () => numberOf(input.value),
    get missing() {
      return missingIn([input], 'live.number');
    },
  };
}

function numberOf(text: string) {
  const value = parseNumber(text);
  return Number.isNaN(value) ? null : value;
}

/** The text that says why no answer can be read; empty: the text for a field without one. */
function missingIn(fields: HTMLInputElement[], empty: string) {
  const isWrong = ({ value }: HTMLInputElement) => value.trim() !== '' && numberOf(value) === null;
  return fields.some(isWrong) ? 'live.notNumber' : empty;
}

function makeShapeSheet({ scene }: Exercise, texts: Texts): AnswerSheet {
  const axes = dimensionsOf(scene.operation) === 1 ? ['channels', 'length'] : ['channels', 'height', 'width'];
  const fields = axes.map((name) => makeField(texts[`live.shape.${name}`] ?? ''));
  const row = makeElement('p', 'row');
  row.append(...fields.map(({ field }) => field));
  return {
    element: row,
    read: () => {
      const sizes = fields.map(({ input }) => numberOf(input.value));
      return sizes.every((size) => size !== null && Number.isInteger(size) && size >= 0)
        ? (sizes as number[])
        : null;
    },
    get missing() {
      return missingIn(
        fields.map(({ input }) => input),
        'live.numbers',
      );
    },
  };
}

function makeInputsSheet({ scene }: Exercise, texts: Texts): AnswerSheet {
  const chosen = new Map<string, number[]>();
  const buttons = new Map<string, HTMLButtonElement>();
  const tables = planesOf(scene.input.data).map((plane, channel) =>
    makeTable(`X[${channel}]`, plane, (cell, value, row, col) => {
      const button = document.createElement('button');
      const index = ownShape(dimensionsOf(scene.operation), [channel, row, col]);
      button.type = 'button';
      button.textContent = numberText(value);
      button.ariaPressed = 'false';
      button.setAttribute('aria-label', `X[${index.join(', ')}] = ${numberText(value)}`);
      const key = index.join();
      buttons.set(key, button);
      button.onclick = () => {
        if (!chosen.delete(key)) chosen.set(key, index);
        button.ariaPressed = String(chosen.has(key));
      };
      cell.append(button);
    }),
  );
  const note = makeElement('p', '', texts['live.inputs'] ?? '');
  const [, kernel] = makeScene(scene);
  return {
    element: box(note, makePlanes(...tables), ...(kernel && scene.weight ? [kernel] : [])),
    read: () => (chosen.size > 0 ? [...chosen.values()] : null),
    missing: 'live.missing.cells',
    show: (answer) => {
      chosen.clear();
      for (const index of answer as number[][]) chosen.set(index.join(), index);
      for (const [key, button] of buttons) button.ariaPressed = String(chosen.has(key));
    },
  };
}

function makeKernelSheet({ scene, output, wanted }: Exercise, texts: Texts): AnswerSheet {
  const fields: HTMLInputElement[][][][] = [];
  const dimensions = dimensionsOf(scene.operation);
  const tables = slicesOf(scene).flatMap((planes, o) =>
    planes.map((plane, c) =>
      makeTable(`K[${o}, ${c}]`, plane, (cell, value, row, col) => {
        const input = document.createElement('input');
        input.value = numberText(value);
        input.autocomplete = 'off';
        input.setAttribute('aria-label', formatIndex('K', dimensions, [o, c, row, col]));
        fields[o] ??= [];
        fields[o][c] ??= [];
        fields[o][c][row] ??= [];
        fields[o][c][row][col] = input;
        cell.append(input);
      }),
    ),
  );
  const [inputs] = makeScene(scene);
  const makeOutputs = (planes: Exercise['output'], key: string) =>
    planesOf(planes).map((plane, o) => makeTable(`Y[${o}], ${texts[key] ?? ''}`, plane));
  const outputs = [...makeOutputs(output, 'live.given'), ...makeOutputs(wanted, 'live.wanted')];
  const biases = scene.bias ? [makeTable('b', [scene.bias.data], showNumber)] : [];
  const note = makeElement('p', '', texts['live.kernel'] ?? '');
  return {
    element: box(...(inputs ? [inputs] : []), note, makePlanes(...tables, ...biases), makePlanes(...outputs)),
    read: () => {
      const read = fields.map((planes) =>
        planes.map((plane) => plane.map((line) => line.map(({ value }) => numberOf(value)))),
      );
      if (read.flat(3).some((value) => value === null)) return null;
      const weight = read as number[][][][];
      return dimensions === 1 ? weight.map((planes) => planes.flat()) : weight;
    },
    get missing() {
      return missingIn(fields.flat(3), 'live.numbers');
    },
  };
}
