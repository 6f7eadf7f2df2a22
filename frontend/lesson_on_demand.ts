/**
 * What a lesson needs once a step asks for it, or a reader pastes numbers, and not before: one bundle, so
 * that what it shares with the lesson is one file too.
 */

export * from './controls/lesson/later_tasks.ts';
export { pasteNumbers } from './interactions/paste_numbers.ts';
