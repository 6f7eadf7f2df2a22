/** Tasks, gradients and the way out, loaded when a step needs one, as one bundle: steps come in few files. */

export { loadGradients } from '../gradients/load_gradients.ts';
export { setUpDescent } from './descent.ts';
export { setUpExercise } from './exercise.ts';
export { addressFromHere } from './explore.ts';
