/**
 * Undo and redo. A scene never changes, so its history is a list of ids. Pure.
 *
 * @typedef {{ids: string[], at: number}} History
 */

/** Scenes remembered. */
const MOST = 200;

/** @param {string} id @returns {History} */
export function begin(id) {
  return { ids: [id], at: 0 };
}

/** A new scene follows the one shown; what was undone is forgotten. @param {History} history @param {string} id @returns {History} */
export function record({ ids, at }, id) {
  if (ids[at] === id) return { ids, at };
  const kept = [...ids.slice(0, at + 1), id].slice(-MOST);
  return { ids: kept, at: kept.length - 1 };
}

/** One back or forward; null where there is none. @param {History} history @param {1|-1} direction @returns {History|null} */
export function move({ ids, at }, direction) {
  return ids[at + direction] === undefined ? null : { ids, at: at + direction };
}

/** @param {History} history @returns {string} */
export function present({ ids, at }) {
  return ids[at] ?? '';
}
