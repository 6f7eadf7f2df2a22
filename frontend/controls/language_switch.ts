/** What a page hands to the same page in the other language, beside its address. */

const STORAGE_KEY = 'convscope.switch.';

/**
 * Keeps a value when the link to the other language is followed. Returns what the page before kept by that
 * name, once, or null; storage may be forbidden, or too small.
 */
export function carryOver<Value>(name: string, read: () => Value): Value | null {
  const key = STORAGE_KEY + name;
  document.querySelector('#other-language')?.addEventListener('click', () => {
    try {
      sessionStorage.setItem(key, JSON.stringify(read()));
    } catch {
      return;
    }
  });
  try {
    const kept = sessionStorage.getItem(key);
    sessionStorage.removeItem(key);
    return kept && JSON.parse(kept);
  } catch {
    return null;
  }
}
