/** Tasks and gradients, loaded where a step has one, as one bundle, so that steps come in few files. */

export { loadGradients } from '../gradients/load_gradients.ts';
export { setUpDescent } from './descent.ts';
export { setUpExercise } from './exercise.ts';
