/** Finding and making elements. */

/**
 * @template {Element} T
 * @param {string} selector @param {{new(): T}} type @param {ParentNode} [root] @returns {T}
 * @throws {Error} when the page has no such element: the template and the script do not belong together
 */
export function find(selector, type, root = document) {
  const found = root.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`${selector} is not in the page`);
  return found;
}

/** @param {string} name @param {string} [className] @param {string} [text] @returns {HTMLElement} */
export function make(name, className = '', text = '') {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

/** Changes text only where it differs: a screen reader hears what is new, and the layout rests. @param {Element} element @param {string} text */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** While scenes play, what costs the browser a layout changes at most this often, in milliseconds. */
const PATIENCE = 100;

/**
 * `show`, called at once or, while there is a hurry, when the last call is a while ago; the last call is never lost.
 * @param {() => void} show @returns {(hurry: boolean) => void}
 */
export function unhurried(show) {
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

/** Resolves when the browser has put the next frame on the screen. @returns {Promise<void>} */
export function nextPaint() {
  return new Promise((done) => {
    requestAnimationFrame(() => setTimeout(done));
  });
}
