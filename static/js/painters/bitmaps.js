/** Bitmaps that are costly to make, kept by name, the least recently used dropped first. */

const MOST = 48;

export class Bitmaps {
  /** @type {Map<string, HTMLCanvasElement>} */
  #kept = new Map();

  /** @param {string} key @param {() => HTMLCanvasElement} make */
  get(key, make) {
    const bitmap = this.#kept.get(key) ?? make();
    this.#kept.delete(key);
    this.#kept.set(key, bitmap);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MOST) break;
      this.#kept.delete(oldest);
    }
    return bitmap;
  }
}
