/** The tasks that are loaded where a step has one, as one bundle, so that steps come in few files. */

export { setUpDescent } from './descent.ts';
export { setUpExercise } from './exercise.ts';
