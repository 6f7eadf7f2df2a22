/** What the reader does in a step, and when it is done. */

import { effect } from '@preact/signals-core';
import { formatIndex } from '../../model/dimensions.ts';
import { parseNumber } from '../../model/number_syntax.ts';
import type { Cell } from '../../model/relations.ts';
import { isSameCell } from '../../model/relations.ts';
import * as timeline from '../../model/timeline.ts';
import { cellValue } from '../../state/cell_value.ts';
import type { AppContext } from '../../views/app_context.ts';
import { findElement } from '../../views/shared/dom.ts';
import type { Say } from './feedback.ts';
import { fill, sayTemplate } from './feedback.ts';
import type { LessonData, Task } from './lesson_data.ts';
import { isRoundingOf } from './rounding.ts';
import { cellOfReference, windowCell } from './stage_references.ts';

export interface TaskParts {
  context: AppContext;
  lesson: LessonData;
  task: Task;
  form: HTMLFormElement;
  say: Say;
  /** Called whenever the answer is right. */
  done: () => void;
}

/** Returns what ends it. */
type SetUp = (parts: TaskParts) => () => void;

const nothing = () => undefined;

export const TASKS: Partial<Record<Task['kind'], SetUp>> = {
  predict: setUpPrediction,
  choose: setUpChoice,
  click: setUpClick,
  scrub: setUpScrub,
  change: setUpChange,
};

function setUpPrediction({ context: { state }, lesson, task, form, say, done }: TaskParts) {
  const input = findElement('#prediction', HTMLInputElement, form);
  form.onsubmit = (event) => {
    event.preventDefault();
    const value = parseNumber(input.value);
    const reason = input.value.trim() ? 'live.notNumber' : 'live.number';
    if (Number.isNaN(value)) return say(fill(lesson.texts[reason]), 'wrong');
    if (value === task.expected) return done();
    const belief = task.beliefs?.find((each) => isRoundingOf(value, each.value));
    const scene = state.scene.peek();
    state.pinnedCell.value =
      belief?.lit && scene ? cellOfReference(belief.lit, scene.summary, windowCell(state)) : null;
    say(belief?.explanation ?? fill(lesson.texts['live.wrong'], { answer: input.value.trim() }), 'wrong');
  };
  return nothing;
}

function setUpChoice({ form, done }: TaskParts) {
  form.onsubmit = (event) => event.preventDefault();
  form.onchange = () => {
    const choice = form.querySelector<HTMLInputElement>('input[name="choice"]:checked')?.value ?? '';
    const selector = `[data-reply="${choice}"]`;
    const right = form.querySelector<HTMLElement>(selector)?.dataset.right !== undefined;
    sayTemplate(form, selector, right ? 'right' : 'wrong');
    if (right) done();
  };
  return nothing;
}

/** The cell that a task is about. */
function targetOf({ context, task }: TaskParts): Cell | null {
  const scene = context.state.scene.peek();
  return scene && cellOfReference(task.target ?? '', scene.summary, windowCell(context.state));
}

function setUpClick(parts: TaskParts) {
  const { state } = parts.context;
  const highlight = state.pinnedCell.peek();
  return effect(() => {
    const pinned = state.pinnedCell.value;
    if (!pinned || pinned === highlight) return;
    const target = targetOf(parts);
    if (isSameCell(pinned, target)) parts.done();
    else if (pinned.grid === 'input' && target?.grid === 'output')
      parts.say(fill(parts.lesson.texts['live.clicked.input']), 'wrong');
    else if (pinned.grid === 'output') {
      const { channel, row, col } = pinned;
      const dimensions = state.scene.peek()?.summary.dimensions ?? 2;
      const cell = formatIndex('Y', dimensions, [channel, row, col]);
      parts.say(fill(parts.lesson.texts['live.clicked'], { cell }), 'wrong');
    }
  });
}

function setUpScrub(parts: TaskParts) {
  const { state } = parts.context;
  return effect(() => {
    const [clock, time] = [state.clock.value, state.time.value];
    const target = targetOf(parts);
    if (!clock || !target || state.playing.value) return;
    const window = target.row * clock.width + target.col;
    if (time >= timeline.timeOfWindow(clock, target.channel, window)) parts.done();
  });
}

function setUpChange(parts: TaskParts) {
  const { state, model } = parts.context;
  const { value } = parts.task;
  return effect(() => {
    const scene = state.scene.value;
    const [layer, target] = [model(), targetOf(parts)];
    if (!scene || !layer || !target) return;
    scene.outputs.version;
    const now = cellValue(state, layer, target);
    if (now === value) parts.done();
    else if (now !== null && scene.summary.id !== parts.context.boot.scene)
      parts.say(fill(parts.lesson.texts['live.value'], { value: now }), 'wrong');
  });
}
