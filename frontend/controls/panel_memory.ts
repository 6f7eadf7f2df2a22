/** Whether the panel was open on the last visit. */

const STORAGE_KEY = 'convscope.panel';

/** Pixels from which on the page has room for the panel beside the stage; panel.css says the same. */
const WIDE = 864;

/** Storage may be forbidden. */
export function wasPanelOpen() {
  try {
    return localStorage.getItem(STORAGE_KEY) === 'open' && innerWidth >= WIDE;
  } catch {
    return false;
  }
}

export function rememberPanel(value: 'open' | 'closed') {
  try {
    localStorage.setItem(STORAGE_KEY, value);
  } catch {
    return;
  }
}
