/** What the state knows of the gradients, which are loaded when they are first asked for. */

import type { ReadonlySignal } from '@preact/signals-core';
import type { Scene } from './scene.ts';

export interface GradientSteps {
  /** Whether what the moment shows is there. */
  readonly isLoaded: ReadonlySignal<boolean>;
  /** Resolves when a step of a scene is there: channel and window as the clock counts them. */
  load(scene: Scene, channel: number, window: number): Promise<unknown>;
}
