/** Which steps of which lessons the reader has done: kept in this browser, and nowhere else. */

const KEY = 'convscope.lessons';

export interface LessonProgress {
  /** Numbers of steps. */
  done: number[];
  /** The step that was opened last. */
  last: number;
}

export type Progress = Record<string, LessonProgress>;

export function readProgress(): Progress {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return stored !== null && typeof stored === 'object' ? onlyProgress(stored) : {};
  } catch {
    // Storage that is switched off, or what is no JSON.
    return {};
  }
}

/** What another version or a person wrote is left out. */
function onlyProgress(stored: object): Progress {
  const known = Object.entries(stored).filter(
    ([, value]) => Array.isArray(value?.done) && typeof value?.last === 'number',
  );
  return Object.fromEntries(known);
}

export function rememberStep(lesson: string, step: number, done: boolean) {
  const progress = readProgress();
  const before = progress[lesson]?.done ?? [];
  const steps = done && !before.includes(step) ? [...before, step] : before;
  progress[lesson] = { done: steps, last: step };
  try {
    localStorage.setItem(KEY, JSON.stringify(progress));
  } catch {
    return;
  }
}
