/** Tasks and gradients, loaded where a step has one, as one bundle, so that steps come in few files. */

export { setUpDescent } from './descent.ts';
export { setUpExercise } from './exercise.ts';
export { loadLessonGradients } from './lesson_gradients.ts';
