/** Undo and redo. A scene never changes, so its history is a list of ids. Pure. */

export interface EditHistory {
  ids: string[];
  at: number;
}

/** Scenes remembered. */
const MAX_SCENES = 200;

export function startHistory(id: string): EditHistory {
  return { ids: [id], at: 0 };
}

/** A new scene follows the one shown; what was undone is forgotten. */
export function recordScene({ ids, at }: EditHistory, id: string): EditHistory {
  if (ids[at] === id) return { ids, at };
  const kept = [...ids.slice(0, at + 1), id].slice(-MAX_SCENES);
  return { ids: kept, at: kept.length - 1 };
}

/** A new scene takes the place of the one shown; what was undone is forgotten. */
export function replaceScene({ ids, at }: EditHistory, id: string): EditHistory {
  return { ids: [...ids.slice(0, at), id], at };
}

/** One back or forward; null where there is none. */
export function moveBy({ ids, at }: EditHistory, direction: 1 | -1): EditHistory | null {
  return ids[at + direction] === undefined ? null : { ids, at: at + direction };
}

export function currentScene({ ids, at }: EditHistory): string {
  return ids[at] ?? '';
}
