/** What the system and the reader want of every page. */

import type { Signal } from '@preact/signals-core';
import { signal } from '@preact/signals-core';
import type { Theme } from '../model/color.ts';

export class ThemeState {
  readonly theme: Signal<Theme> = signal<Theme>('light');
  readonly reducedMotion: Signal<boolean> = signal(false);
}
