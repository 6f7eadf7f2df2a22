/** What the parts of the panel of a node have in common. */

import type { ReadonlySignal } from '@preact/signals-core';
import type { Translate } from '../../model/i18n.ts';
import type { NetworkState } from '../../state/network.ts';
import type { GraphView } from '../../views/network/graph_view.ts';
import type { PlaneStyle } from '../../views/network/plane_painter.ts';
import { makeElement } from '../../views/shared/dom.ts';
import type { ThemeColors } from '../../views/shared/theme_colors.ts';

export interface NetworkContext {
  state: NetworkState;
  view: GraphView;
  t: Translate;
  colors: ReadonlySignal<ThemeColors>;
  /** The inner width of the panel, in CSS pixels. */
  panelWidth: ReadonlySignal<number>;
  /** null: a page of its own. */
  frame: FrameActions | null;
}

/** What a frame does otherwise than the page; nothing of it is written, so it takes no other input. */
export interface FrameActions {
  /** page: path and query of a layer's stage. */
  openStage: (page: string) => void;
}

/** A part of the panel, and what ends its effects. */
export interface PanelPart {
  element: HTMLElement;
  dispose: () => void;
}

export function planeStyle({ state, colors }: NetworkContext): PlaneStyle {
  return { theme: state.theme.value, colors: colors.value, pixelRatio: devicePixelRatio };
}

export function makeButton(text: string, act: () => void, className = ''): HTMLButtonElement {
  const button = makeElement('button', className, text) as HTMLButtonElement;
  button.type = 'button';
  button.onclick = act;
  return button;
}
