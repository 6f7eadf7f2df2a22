/** One step of a lesson: its moment, its locks, its task; and what the reader gets when it is done. */

import { batch, untracked } from '@preact/signals-core';
import { arrival } from '../../model/timeline.ts';
import { timeOfMoment } from '../../state/url.ts';
import type { AppContext } from '../../views/app_context.ts';
import { findElement, findElements } from '../../views/shared/dom.ts';
import { isSaidRight, makeFeedback, sayTemplate } from './feedback.ts';
import type { LessonData, LessonPage, Task } from './lesson_data.ts';
import { readProgress, rememberStep } from './progress.ts';
import { hideTerms, showLocks } from './stage_locks.ts';
import { cellOfReference, linkReferences, windowCell } from './stage_references.ts';
import type { TaskParts } from './tasks.ts';
import { TASKS } from './tasks.ts';

/** Loads what few steps need. */
export type LoadTasks = () => Promise<typeof import('./later_tasks.ts')>;

/** Sets the step up that the page shows; the stage has its scene. Returns what ends it. */
export function setUpStep(context: AppContext, { lesson }: LessonPage, loadTasks: LoadTasks): () => void {
  const root = findElement('#lesson-text', HTMLElement);
  // What cannot be failed is done when it has been read.
  rememberStep(lesson.name, lesson.step, lesson.task === null);
  const terms = hideTerms(context, lesson);
  const ends = [
    showMoment(context, lesson, loadTasks),
    linkReferences(root, context.state),
    showLocks(context, lesson),
  ];
  ends.push(terms.end);
  markDone(lesson);
  const form = root.querySelector<HTMLFormElement>('#task');
  setUpExplore(context, loadTasks);
  if (form && lesson.task) ends.push(setUpTask(context, lesson, form, terms.done, loadTasks));
  return () => {
    for (const end of ends) end();
  };
}

/** The step's moment; a gradient is loaded first. */
function showMoment(context: AppContext, lesson: LessonData, loadTasks: LoadTasks): () => void {
  const { state } = context;
  let ended = false;
  if (lesson.direction === 'forward') putMoment(context, lesson);
  else
    loadTasks()
      .then(({ loadGradients }) => loadGradients(context))
      .then(() => ended || putMoment(context, lesson))
      .catch((error) => state.reportError({ status: 0, message: String(error) }));
  return () => {
    ended = true;
  };
}

/** The step's moment, view and light, and then its locks. */
function putMoment(
  { state, boot }: AppContext,
  { moment, tick, granularity, view, direction, highlight, lock }: LessonData,
) {
  batch(() => {
    state.locks.value = new Set();
    state.wantedView.value = view;
    if (direction !== state.wantedDirection.peek()) state.chooseDirection(direction, 'gather');
    if (granularity) state.chooseGranularity(granularity);
    const [outChannel = 0, row = 0, col = 0] = moment ?? [];
    state.jump((clock) => {
      if (!moment) return 0;
      const start = timeOfMoment(clock, clock.width, { outChannel, row, col, tick });
      return tick === 0 ? start + arrival(clock) : start;
    });
  });
  const scene = state.scene.peek();
  state.pinnedCell.value =
    highlight && scene ? cellOfReference(highlight, scene.summary, windowCell(state)) : null;
  if (boot.autoplay && !state.reducedMotion.peek()) state.togglePlay();
  state.locks.value = new Set(lock);
}

/** The link leads to the step's scene; the reader is elsewhere by now. */
function setUpExplore({ state }: AppContext, loadTasks: LoadTasks) {
  const link = findElement('#explore', HTMLAnchorElement);
  link.onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    loadTasks()
      .then(({ addressFromHere }) => location.assign(addressFromHere(state) ?? link.href))
      .catch(() => location.assign(link.href));
  };
}

function setUpTask(
  context: AppContext,
  lesson: LessonData,
  form: HTMLFormElement,
  showTerms: () => void,
  loadTasks: LoadTasks,
): () => void {
  const { task } = lesson;
  if (!task) return () => undefined;
  const say = makeFeedback(form);
  let finished = false;
  const done = () => {
    form.classList.add('is-done');
    sayDone(form, task.kind);
    if (finished) return;
    finished = true;
    showTerms();
    untracked(() => {
      form.querySelector('#hint-row')?.setAttribute('hidden', '');
      // The step is over, and the stage is the reader's.
      context.state.locks.value = new Set();
      showAnswer(context, lesson);
      rememberStep(lesson.name, lesson.step, true);
      markDone(lesson);
    });
  };
  const parts = { context, lesson, task, form, say, done };
  setUpHint(form);
  return TASKS[task.kind]?.(parts) ?? loadTask(parts, loadTasks);
}

/** Exercises and the descent are large, and loaded where a step has one. */
function loadTask(parts: TaskParts, loadTasks: LoadTasks): () => void {
  let end: () => void = () => undefined;
  let ended = false;
  const load = async () => {
    const { setUpDescent, setUpExercise } = await loadTasks();
    const setUp = parts.task.kind === 'descend' ? setUpDescent : setUpExercise;
    if (!ended) end = setUp(parts);
  };
  load().catch((error) => parts.context.state.reportError({ status: 0, message: String(error) }));
  return () => {
    ended = true;
    end();
  };
}

/** Another answer may have been tried since it was said. */
function sayDone(form: HTMLFormElement, kind: Task['kind']) {
  if (kind === 'choose') addDoneText(form);
  else if (kind !== 'exercise' && !isSaidRight(form)) sayTemplate(form, '#done-text', 'right');
}

/** Under the reply to the right choice. */
function addDoneText(form: HTMLFormElement) {
  const template = form.querySelector<HTMLTemplateElement>('#done-text');
  const line = findElement('#feedback', HTMLElement, form);
  if (template) line.append(' ', template.content.cloneNode(true));
}

/** What was predicted is shown, and what was changed to a value. */
function showAnswer({ state }: AppContext, { task }: LessonData) {
  const scene = state.scene.peek();
  if ((task?.kind !== 'predict' && task?.kind !== 'change') || !scene) return;
  const cell = cellOfReference(task.target ?? '', scene.summary, windowCell(state));
  if (cell?.grid === 'output') state.pinCell(cell);
  else state.seek(state.outChannel.peek(), state.window.peek());
}

function setUpHint(form: HTMLFormElement) {
  const button = form.querySelector<HTMLButtonElement>('#hint');
  if (button) button.onclick = () => sayTemplate(form, '#hint-text');
}

/** Marks the steps that are done in the row of steps. */
function markDone({ name }: LessonData) {
  const done = readProgress()[name]?.done ?? [];
  for (const link of findElements('.lesson-steps [data-step]'))
    link.classList.toggle('is-done', done.includes(Number(link.dataset.step)));
}
