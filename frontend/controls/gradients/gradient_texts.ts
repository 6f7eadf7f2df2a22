/** The texts of the gradients, which the first picture does without. */

import type { PageData } from '../../model/types.ts';

/** Adds them to the page's. Throws Error where the server does not answer. */
export async function loadTexts({ messages, language }: PageData) {
  const answer = await fetch(new URL(`../locales/gradients.${language}.json`, import.meta.url));
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
  Object.assign(messages, await answer.json());
}
