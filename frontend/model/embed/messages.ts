/** The messages between a frame and the page around it (docs/sharing.md). Pure. */

import { SPEEDS } from '../timeline.ts';
import type { Granularity, ViewName } from '../types.ts';

export const PROTOCOL = 1;

/** What of the state the page around may set; the names are those of the address. */
export interface EmbedChange {
  /** Output channel, row and column of the window, or as the direction has it; null: before the first. */
  step?: number[] | null;
  /** Ticks of the window that are over; null: all. */
  beat?: number | null;
  by?: Granularity;
  view?: ViewName;
  speed?: number;
  /** The cell whose question stays, as the address has it; null: none. */
  pin?: string | null;
}

/** A message to the frame. id: comes back with the answer. */
export type EmbedRequest = { id?: string | number } & (
  | { type: 'setState'; state: EmbedChange }
  | { type: 'getState' | 'play' | 'pause' }
  | { type: 'step'; ticks: number }
);

/** Bounds of what a message may hold: more is none of ours. */
const MOST_KEYS = 8;
const MOST_ID = 64;
const MOST_TICKS = 1000;
const MOST_INDEX = 1e9;

const GRANULARITIES: unknown[] = ['product', 'channel', 'window'];
const VIEWS: unknown[] = ['stage', 'scatter', 'matrix', 'sparse'];

const PIN = /^[a-z]\d{1,9},\d{1,9},\d{1,9}$/;

const isIndex = (value: unknown) =>
  Number.isInteger(value) && Math.abs(Number(value) - MOST_INDEX / 2) <= MOST_INDEX / 2;

/** Three indices, as of a window or a cell, or another count. */
export function isIndices(value: unknown, count = 3) {
  return Array.isArray(value) && value.length === count && value.every(isIndex);
}

const FIELDS: Record<keyof EmbedChange, (value: unknown) => boolean> = {
  step: (value) => value === null || isIndices(value) || isIndices(value, 4),
  beat: (value) => value === null || isIndex(value),
  by: (value) => GRANULARITIES.includes(value),
  view: (value) => VIEWS.includes(value),
  speed: (value) => SPEEDS.includes(value as number),
  pin: (value) => value === null || (typeof value === 'string' && PIN.test(value)),
};

/** Reads a message; null: it is none of this version, or not well formed. data: whatever was sent. */
export function parseRequest(data: unknown): EmbedRequest | null {
  const read = readMessage(data);
  if (!read) return null;
  const { named, type, message } = read;
  if (type === 'getState' || type === 'play' || type === 'pause') return { ...named, type };
  if (type === 'step') return parseStep(named, message.ticks);
  const state = type === 'setState' ? parseFields(message.state, FIELDS) : null;
  return state && { ...named, type: 'setState', state };
}

/** A message of this version. named: its id, if it has one. */
export function readMessage(data: unknown) {
  const message = plainFields(data);
  if (message?.convscope !== PROTOCOL) return null;
  const { id, type } = message;
  if (id !== undefined && !isId(id)) return null;
  return { named: id === undefined ? {} : { id: id as string | number }, type, message };
}

function parseStep(named: { id?: string | number }, ticks: unknown = 1): EmbedRequest | null {
  const valid = Number.isInteger(ticks) && Math.abs(Number(ticks)) <= MOST_TICKS;
  return valid ? { ...named, type: 'step', ticks: Number(ticks) } : null;
}

/** A small plain object whose fields are all known and well formed; null: it is none. */
export function parseFields<T extends object>(
  data: unknown,
  checks: Record<keyof T & string, (value: unknown) => boolean>,
): T | null {
  const fields = plainFields(data);
  if (!fields) return null;
  const known = Object.entries(fields).every(
    ([name, value]) => Object.hasOwn(checks, name) && checks[name as keyof T & string](value),
  );
  return known ? (fields as T) : null;
}

function isId(id: unknown) {
  return Number.isSafeInteger(id) || (typeof id === 'string' && id.length <= MOST_ID);
}

/** The fields of a small plain object. */
function plainFields(data: unknown): Record<string, unknown> | null {
  if (typeof data !== 'object' || data === null || Object.getPrototypeOf(data) !== Object.prototype)
    return null;
  // A large one is not looked through.
  let count = 0;
  for (const _ in data) if (++count > MOST_KEYS) return null;
  return { ...data };
}
