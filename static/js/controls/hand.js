/**
 * What a hand does on the stage: it asks cells, zooms, edits; and takes back what it changed.
 *
 * @import {Parts} from '../workbench.js'
 * @import {Ledger} from '../ledger.js'
 * @import {Signal} from '../../vendor/signals-core-1.14.5.js'
 */

import { Changes } from '../changes.js';
import { cellRect, hit } from '../hit.js';
import { paintAnswer } from '../painters/answer.js';
import { addView } from '../views.js';
import { answers, terms } from './answers.js';
import { Editor } from './editor.js';
import { questions } from './stage.js';
import { undoRedo } from './undo.js';
import { zoom } from './zoom.js';

/** @param {Parts} parts @param {Signal<Ledger|null>} printed  what the ledger shows */
export function hand({ state, canvas, t, boot, model, shown, repaint }, printed) {
  const changes = new Changes(state, state.api, boot.scene);
  addView('stage', { hit, cellRects: (frame, cell) => [cellRect(frame, cell)].filter((rect) => rect !== null), paintAnswer });
  questions(state, canvas, shown);
  zoom(state, canvas, shown);
  answers(state, t, model);
  terms(state, printed);
  new Editor(state, changes, canvas, t, shown);
  undoRedo(changes);
  repaint();
  return { changes };
}
