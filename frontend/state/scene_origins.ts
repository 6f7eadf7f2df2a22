/** Which example a scene was made from: an edited example keeps its name. */

import type { SceneSummary } from '../model/types.ts';

export class SceneOrigins {
  readonly #presets: Record<string, string>;
  readonly #origins = new Map<string, string>();

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

  /** A scene follows another: an edit, unless it is of another kind or has other numbers of channels. */
  follow(before: SceneSummary | null, summary: SceneSummary) {
    if (before && isSameLayer(before, summary)) this.remember(summary.id, this.of(before.id));
  }
}

function isSameLayer(a: SceneSummary, b: SceneSummary) {
  const channels = ({ shapes }: SceneSummary) => [shapes.input[0], shapes.output[0]].join();
  return a.operation.kind === b.operation.kind && channels(a) === channels(b);
}
