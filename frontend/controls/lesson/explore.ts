/** Off the rails: the workbench, with what the stage of the step shows. */

import type { AppState } from '../../state/app_state.ts';
import { addressMoment, encodeQuery, momentAt, parseQuery } from '../../state/url.ts';

/** The scene as the reader has it, at the moment and in the view that is shown; and the way back. */
export function addressFromHere(state: AppState): string | null {
  const [scene, clock] = [state.scene.peek(), state.clock.peek()];
  if (!scene || !clock) return null;
  const { summary } = scene;
  const direction = state.direction.peek();
  const view = {
    ...parseQuery(new URLSearchParams()),
    moment: addressMoment(summary, direction, momentAt(clock, clock.width, state.shownTime.peek())),
    direction,
    reading: state.reading.peek(),
    pin: state.pinnedCell.peek(),
    shape: state.chosenView.peek(),
  };
  const granularity = state.granularity.peek();
  const query = encodeQuery(view, granularity);
  query.set('by', granularity);
  const language = new URLSearchParams(location.search).get('lang');
  if (language) query.set('lang', language);
  query.set('learn', stepIn(location));
  return `/s/${summary.id}?${query.toString().replaceAll('%2C', ',')}`;
}

/** `input-channels/11?seed=7` */
export function stepIn({ pathname, search }: Pick<Location, 'pathname' | 'search'>) {
  const seed = new URLSearchParams(search).get('seed');
  return pathname.replace('/learn/', '') + (seed === null ? '' : `?seed=${seed}`);
}
