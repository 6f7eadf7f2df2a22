/**
 * From step to step without leaving the page, so that a full screen stays full: the next step's page is
 * fetched, and its text takes the place of this one's. Page Down and Page Up turn pages, as presenters'
 * remote controls do.
 */

import { findElement } from '../../views/shared/dom.ts';
import type { LessonPage } from './lesson_data.ts';

export function setUpNavigation(showStep: (page: LessonPage) => Promise<void>) {
  const go = async (url: string, push: boolean) => {
    try {
      const page = await fetchPage(url);
      const boot = replaceText(page);
      if (push) history.pushState(null, '', url);
      document.title = page.title;
      updateLanguageLink();
      await showStep(boot);
      findElement('#step-title', HTMLElement).focus({ preventScroll: true });
      scrollTo(0, 0);
      findElement('#lesson-text', HTMLElement).scrollTo(0, 0);
    } catch {
      location.assign(url);
    }
  };
  addEventListener('click', (event) => {
    const link = (event.target as Element).closest?.<HTMLAnchorElement>('a[rel], .lesson-steps a');
    if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go(link.href, true);
  });
  addEventListener('popstate', () => go(location.href, false));
  addEventListener('keydown', ({ key, target }) => {
    const link = { PageDown: '#next', PageUp: '#previous' }[key];
    if (!link || (target as Element).closest('input, select, [role="grid"]')) return;
    document.querySelector<HTMLAnchorElement>(link)?.click();
  });
}

async function fetchPage(url: string): Promise<Document> {
  const answer = await fetch(url, { headers: { Accept: 'text/html' } });
  if (!answer.ok) throw new Error(String(answer.status));
  return new DOMParser().parseFromString(await answer.text(), 'text/html');
}

/** Returns what the new page begins with. */
function replaceText(page: Document): LessonPage {
  const [text, next] = ['#lesson-text', '#lesson'].map((name) => findElement(name, HTMLElement, page));
  if (!text || !next) throw new Error('no step');
  for (const still of text.querySelectorAll('noscript')) still.remove();
  findElement('#lesson', HTMLElement).className = next.className;
  findElement('#lesson-text', HTMLElement).replaceChildren(...text.childNodes);
  return JSON.parse(findElement('#boot', HTMLScriptElement).textContent ?? '');
}

/** The same step in the other language. */
function updateLanguageLink() {
  const link = findElement('#other-language', HTMLAnchorElement);
  link.href = `${location.pathname}?lang=${link.hreflang}`;
}
