/** Finding and making elements. */

/** Throws Error when the page has no such element: the template and the script do not belong together. */
export function findElement<T extends Element>(
  selector: string,
  type: { new (): T },
  root: ParentNode = document,
): T {
  const found = root.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`${selector} is not in the page`);
  return found;
}

export function findElements(selector: string, root: ParentNode = document): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>(selector)];
}

export function makeElement(name: string, className = '', text = ''): HTMLElement {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

/**
 * Changes text only where it differs: a screen reader hears what is new, and the layout rests. A text node
 * that is there stays, since a new one costs the browser styles beside the layout.
 */
export function setText(element: Element, text: string) {
  const { firstChild } = element;
  if (firstChild instanceof Text && firstChild.nextSibling === null) {
    if (firstChild.data !== text) firstChild.data = text;
  } else if (element.textContent !== text) element.textContent = text;
}

/** While scenes play, what costs the browser a layout changes at most this often, in milliseconds. */
const PATIENCE = 100;

/**
 * `show`, called at once or, while there is a hurry, when the last call is a while ago; the last call is
 * never lost.
 */
export function throttle(show: () => void): (hurry: boolean) => void {
  let due = 0;
  let later = 0;
  const now = () => {
    clearTimeout(later);
    later = 0;
    due = performance.now() + PATIENCE;
    show();
  };
  return (hurry) => {
    const wait = due - performance.now();
    if (!hurry || wait <= 0) now();
    else if (later === 0) later = window.setTimeout(now, wait);
  };
}

/** Resolves when the browser has put the next frame on the screen. */
export function nextPaint(): Promise<void> {
  return new Promise((done) => {
    requestAnimationFrame(() => setTimeout(done));
  });
}
