/** Texts that the first picture does without: they come with what is loaded on demand. */

import type { PageData } from '../model/types.ts';
import { loadOnce } from './on_demand.ts';

/** Returns what adds them to the page's. It throws Error where the server does not answer. */
export function makeTextLoader({ messages, language }: PageData): () => Promise<void> {
  return loadOnce(async () => {
    const answer = await fetch(new URL(`../locales/${language}.json`, import.meta.url));
    if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
    Object.assign(messages, await answer.json());
  });
}
