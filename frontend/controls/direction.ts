/** Chooses what time runs through: the forward pass, or a gradient. What gradients need is loaded then. */

import { effect } from '@preact/signals-core';
import { DIRECTIONS, hasDirection } from '../model/gradients/direction.ts';
import type { Direction, Reading } from '../model/types.ts';
import type { AppContext } from '../views/app_context.ts';
import { findElement } from '../views/shared/dom.ts';
import { loadOnce } from './on_demand.ts';

export type ChooseDirection = (direction: Direction, reading?: Reading) => Promise<void>;

/** loadGradients: loads and sets up what gradients need. */
export function setUpDirection(
  { state }: AppContext,
  loadGradients: (choose: ChooseDirection) => Promise<unknown>,
): ChooseDirection {
  const load = loadOnce(() => loadGradients(choose));
  const choose: ChooseDirection = async (direction, reading) => {
    try {
      if (direction !== 'forward') await load();
      state.chooseDirection(direction, reading);
    } catch (error) {
      state.reportError(error, () => choose(direction, reading));
      show();
    }
  };
  const select = findElement('#direction', HTMLSelectElement);
  const show = () => {
    select.value = state.wantedDirection.value;
  };
  select.onchange = () => choose(select.value as Direction);
  effect(show);
  effect(() => {
    const layer = state.scene.value?.summary;
    for (const option of select.options)
      option.disabled = !!layer && !hasDirection(layer, option.value as Direction);
  });
  return choose;
}

/** The direction after the one that is shown. */
export function nextDirection({ scene, wantedDirection }: AppContext['state']): Direction {
  const layer = scene.peek()?.summary;
  const there = DIRECTIONS.filter((direction) => layer && hasDirection(layer, direction));
  return there[(there.indexOf(wantedDirection.peek()) + 1) % there.length] ?? 'forward';
}
