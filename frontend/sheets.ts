/**
 * What the page needs once a sheet is opened or a gradient is chosen, and not before: one bundle, so that
 * what it shares with the workbench is one file too, and the first picture comes in few.
 */

export { setUpSceneEmbedding } from './controls/embed/embed_scene.ts';
export { setUpGradients } from './controls/gradients/set_up_gradients.ts';
export { setUpInspect } from './controls/inspect/inspect.ts';
export { openNetwork } from './controls/network/open_network.ts';
export { setUpPanel } from './controls/panel/set_up_panel.ts';
export { setUpSavePicture } from './controls/save/save_picture.ts';
export { setUpMatrixViews } from './interactions/matrix_pan_and_zoom.ts';
export { pasteNumbers } from './interactions/paste_numbers.ts';
// The drawings come along, so that what they too share with the workbench is in the same file.
export * from './views/drawings_on_demand.ts';
