/** What a scene is called: the name that its reader gave it, or the example that it was made from. */

import { signal } from '@preact/signals-core';
import type { SceneSummary } from '../model/types.ts';

/** Characters of the longest title; app/web/pages/scene_title.py has the same. */
export const MOST_TITLE = 80;

/** A title on one line, of bounded length. */
export function cleanTitle(text: string) {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return [...line].slice(0, MOST_TITLE).join('').trim();
}

export class SceneOrigins {
  readonly #presets: Record<string, string>;
  readonly #origins = new Map<string, string>();
  readonly #titles = signal<ReadonlyMap<string, string>>(new Map());

  /** presets: the names of the examples by scene. */
  constructor(presets: Record<string, string>) {
    this.#presets = presets;
  }

  /** The example that a scene is. */
  presetOf(id: string): string | null {
    return this.#presets[id] ?? null;
  }

  /** The example that a scene is or was made from. */
  of(id: string): string | null {
    return this.presetOf(id) ?? this.#origins.get(id) ?? null;
  }

  /** name: as the address has it; what is no example is ignored. */
  remember(id: string, name: string | null) {
    if (name && Object.values(this.#presets).includes(name) && !this.of(id)) this.#origins.set(id, name);
  }

  /** The name that the reader gave a scene that is no example, or ''. Read in an effect it is followed. */
  titleOf(id: string): string {
    return this.presetOf(id) ? '' : (this.#titles.value.get(id) ?? '');
  }

  /** An empty title takes the name away, and keeps the scene from taking over another one's. */
  rename(id: string, title: string) {
    this.#titles.value = new Map(this.#titles.peek()).set(id, cleanTitle(title));
  }

  /**
   * A scene follows another: its title stays; the example that it comes from does, unless it is of another
   * kind or has other numbers of channels.
   */
  follow(before: SceneSummary | null, summary: SceneSummary) {
    const titles = this.#titles.peek();
    const title = before && titles.get(before.id);
    if (title && !titles.has(summary.id)) this.rename(summary.id, title);
    if (before && isSameLayer(before, summary)) this.remember(summary.id, this.of(before.id));
  }
}

function isSameLayer(a: SceneSummary, b: SceneSummary) {
  const channels = ({ shapes }: SceneSummary) => [shapes.input[0], shapes.output[0]].join();
  return a.operation.kind === b.operation.kind && channels(a) === channels(b);
}
