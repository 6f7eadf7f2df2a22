/** The frame, computed from the state and from what the page is shown on. */

import type { ReadonlySignal } from '@preact/signals-core';
import { computed } from '@preact/signals-core';
import type { GradientMoment } from '../model/gradients/moment.ts';
import type { Translate } from '../model/i18n.ts';
import type { SceneModel } from '../model/scene_model.ts';
import type { AppState } from '../state/app_state.ts';
import type { AnyFrame } from './registry.ts';
import { makeViewFrame, shownDrawing } from './registry.ts';
import type { ThemeColors } from './shared/theme_colors.ts';
import type { FrameRequest } from './shared/view.ts';

export interface Surroundings {
  /** In CSS pixels. */
  size: ReadonlySignal<{ width: number; height: number }>;
  /** Device pixels per CSS pixel. */
  pixelRatio: ReadonlySignal<number>;
  colors: ReadonlySignal<ThemeColors>;
  /** Whether the page is being printed. */
  printing: ReadonlySignal<boolean>;
}

/** What a frame is made of: cheap to collect, so that it may change more often than frames are painted. */
export function computeFrameRequest(
  state: AppState,
  model: ReadonlySignal<SceneModel | null>,
  t: Translate,
  { size, pixelRatio, colors, printing }: Surroundings,
  gradientMoment: () => GradientMoment | null,
): ReadonlySignal<FrameRequest | null> {
  return computed(() => {
    const [scene, position] = [state.scene.value, state.position.value];
    const { width, height } = size.value;
    if (!scene || !model.value || !position || width === 0) return null;
    // The frame looks outputs up, and is painted again when one arrives.
    scene.outputs.version;
    const gradient = state.direction.value === 'forward' ? null : gradientMoment();
    const view = state.shownView.value;
    // And when the view's own drawing is loaded.
    shownDrawing(scene.summary, gradient ? 'gradient' : view);
    return {
      view,
      model: model.value,
      position,
      step: state.step.value,
      stamp: state.stamp.value,
      gradient,
      outputs: scene.outputs,
      outputMax: state.outputMax.value,
      firstChannel: state.firstChannel.value,
      theme: state.theme.value,
      colors: colors.value,
      tinted: state.tinted.value,
      width,
      height,
      ratio: pixelRatio.value,
      zoom: state.zoom.value,
      following: state.following.value,
      activeCell: state.activeCell.value,
      granularity: state.granularity.value,
      flying: state.flying.value,
      presenting: state.presenting.value,
      still: printing.value,
      viewport: state.viewport.value,
      inChannel: state.inChannel.value,
      kernelTurn: state.kernelTurn.value,
      transposed: state.transposed.value,
      t,
    };
  });
}

export function computeFrame(request: ReadonlySignal<FrameRequest | null>): ReadonlySignal<AnyFrame | null> {
  let previous: AnyFrame | null = null;
  return computed(() => {
    if (request.value) previous = makeViewFrame(request.value, previous);
    return request.value && previous;
  });
}
