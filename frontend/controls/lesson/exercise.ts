/** A check: an exercise from the seed in the address, judged by the server. */

import { readSummary } from '../../data/client.ts';
import type { SceneAnswer } from '../../model/types.ts';
import { timeOfMoment } from '../../state/url.ts';
import { findElement, makeElement } from '../../views/shared/dom.ts';
import { makeAnswerSheet } from './answer_sheet.ts';
import type { Answer, Exercise, Judged } from './exercise_data.ts';
import { planesOf } from './exercise_data.ts';
import { fill, showFeedback } from './feedback.ts';
import { lightTables } from './lit_tables.ts';
import type { TaskParts } from './tasks.ts';

/** Seeds that are made up are short, so that they can be told. */
const MOST_SEEDS = 100_000;

export function setUpExercise(parts: TaskParts): () => void {
  const { context, form, lesson, task } = parts;
  let ended = false;
  const open = async (seed: number) => {
    const path = `/exercises/${task.exercise}?seed=${seed}&lesson=${lesson.name}`;
    const exercise: Exercise = await (await context.state.api.get(path)).json();
    if (!ended) show(parts, exercise, (next) => begin(next));
  };
  const begin = (seed: number) => {
    const query = new URLSearchParams(location.search);
    query.set('seed', String(seed));
    history.replaceState(history.state, '', `${location.pathname}?${query}`);
    form.classList.remove('is-done');
    findElement('#lesson', HTMLElement).classList.add('checking');
    open(seed).catch((error) => parts.say(String(error.message ?? error), 'wrong'));
  };
  begin(seedIn(location.search) ?? Math.floor(Math.random() * MOST_SEEDS));
  return () => {
    ended = true;
  };
}

function seedIn(query: string) {
  const text = new URLSearchParams(query).get('seed');
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function show(parts: TaskParts, exercise: Exercise, another: (seed: number) => void) {
  const { form, lesson, say } = parts;
  const sheet = makeAnswerSheet(exercise, lesson.texts);
  const buttons = makeButtons(lesson.texts);
  const head = makeElement('p', 'lesson-where', fill(lesson.texts['live.seed'], { seed: exercise.seed }));
  const question = makeElement('p', '', exercise.question);
  findElement('#task-more', HTMLElement, form).replaceChildren(head, question, sheet.element, buttons.row);
  say('');
  const hints = [...exercise.hints];
  const judge = (giveUp: boolean) => {
    const given = giveUp ? null : sheet.read();
    if (given === null && !giveUp) return say(fill(lesson.texts[sheet.missing]), 'wrong');
    send(parts, exercise, given).then((judged) => tell(judged, given ?? judged.expected), fail);
  };
  const fail = (error: Error) => say(error.message, 'wrong');
  const tell = (judged: Judged, right: Answer | null) => {
    const over = judged.explanation !== null;
    buttons.check.disabled = buttons.giveUp.disabled = over;
    buttons.another.hidden = !over;
    buttons.hint.hidden = over || hints.length === 0;
    buttons.giveUp.hidden = false;
    if (judged.correct) parts.done();
    lightTables(form, exercise, judged.diagnosis?.lit ?? null);
    if (over && right !== null) sheet.show?.(right);
    if (over) openOnStage(parts, exercise, right);
    say(sentenceOf(judged, lesson.texts), judged.correct ? 'right' : over ? undefined : 'wrong');
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    if (!buttons.check.disabled) judge(false);
  };
  buttons.giveUp.onclick = () => judge(true);
  buttons.another.onclick = () => another(exercise.seed + 1);
  buttons.hint.onclick = () => {
    say(hints.shift() ?? '');
    if (hints.length > 0) return;
    buttons.giveUp.hidden = false;
    buttons.giveUp.focus();
    buttons.hint.hidden = true;
  };
}

function makeButtons(texts: Record<string, string>) {
  const make = (key: string, type: 'button' | 'submit' = 'button') => {
    const button = document.createElement('button');
    button.type = type;
    button.textContent = texts[`live.${key}`] ?? '';
    return button;
  };
  const check = make('check', 'submit');
  check.className = 'main';
  const [hint, giveUp, another] = [make('hint'), make('giveUp'), make('another')];
  // The answer is there for whoever has tried, or has had the hints.
  giveUp.hidden = another.hidden = true;
  const row = makeElement('p', 'row');
  row.append(check, hint, giveUp, another);
  return { row, check, hint, giveUp, another };
}

/** answer: null where the reader gives up. */
function send({ context, lesson }: TaskParts, { kind, seed }: Exercise, answer: Answer | null) {
  return context.state.api.post<Judged>(`/exercises/${kind}/answers`, {
    seed,
    lesson: lesson.name,
    answer,
    give_up: answer === null,
  });
}

function sentenceOf({ correct, diagnosis, explanation }: Judged, texts: Record<string, string>) {
  if (correct) return `${texts['live.right'] ?? ''} ${explanation ?? ''}`;
  return explanation ?? diagnosis?.explanation ?? fill(texts['live.notRight']);
}

/** The layer on the stage, at the cell in question, for the reader to play with; a kernel is mended. */
async function openOnStage(
  { context: { state }, form }: TaskParts,
  exercise: Exercise,
  right: Answer | null,
) {
  const { kind, scene } = exercise;
  const layer = kind === 'kernel' ? { ...scene, weight: { data: right } } : scene;
  const summary = await readSummary(await state.api.post<SceneAnswer>('/scenes?include=initial', layer));
  // The reader may have gone on to another step.
  if (!form.isConnected) return;
  findElement('#lesson', HTMLElement).classList.remove('checking');
  state.locks.value = new Set();
  await state.open(summary);
  // The column of the text is narrower now.
  showFeedback(form);
  const [outChannel, row, col] = exercise.cell ? withRow(exercise.cell) : mendedCell(exercise);
  state.jump((clock) => timeOfMoment(clock, clock.width, { outChannel, row, col, tick: null }));
}

/** A cell of a signal lies in row 0. */
function withRow(cell: number[]): [number, number, number] {
  const [channel = 0, ...place] = cell;
  const [col = 0, row = 0] = place.reverse();
  return [channel, row, col];
}

/** The first output cell that was not as it should be. */
function mendedCell({ output, wanted }: Exercise): [number, number, number] {
  const given = planesOf(output);
  for (const [channel, plane] of planesOf(wanted).entries())
    for (const [row, line] of plane.entries()) {
      const col = line.findIndex((value, at) => value !== given[channel]?.[row]?.[at]);
      if (col >= 0) return [channel, row, col];
    }
  return [0, 0, 0];
}
