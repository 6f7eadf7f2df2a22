/** The dialog with what shows the workbench's scene in a page of one's own. */

import type { AppContext } from '../../views/app_context.ts';
import { linkToShown } from '../copy_step.ts';
import { setUpEmbedDialog } from './embed_dialog.ts';

/** What of the page's address a frame has too. */
const SHARED = ['step', 'beat', 'direction', 'reading', 'by', 'view', 'pin', 'lang', 'title', 'from'];

export function setUpSceneEmbedding(context: AppContext): { toggle: () => void } {
  const { state, t, boot } = context;
  const { toggle } = setUpEmbedDialog({
    t,
    frames: boot.frames,
    choices: ['controls', 'lock', 'theme'],
    embedding: () => ({
      kind: 'scene',
      id: state.scene.peek()?.summary.id ?? boot.scene,
      shown: sharedFields(linkToShown(context)),
    }),
  });
  return {
    toggle: () => {
      state.playing.value = false;
      toggle();
    },
  };
}

function sharedFields(link: string): Record<string, string> {
  const query = [...new URL(link).searchParams];
  return Object.fromEntries(query.filter(([name]) => SHARED.includes(name)));
}
