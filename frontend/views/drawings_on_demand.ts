/** The drawings that the first picture does without: one bundle, so that they come in few files. */

export { matrixView } from './matrix/view.ts';
export { scatterView } from './scatter/view.ts';
export { signalView } from './signal/view.ts';
export { sparseView } from './sparse/view.ts';
