/** The sheets beside the stage, the panel, Inspect and descent: there is room for one. */

import { findElements } from '../views/shared/dom.ts';

const OPENERS = '#panel-open, #inspect-open, #descent-open';

/** Closes what is open beside the stage but the sheet of `own`, the button that opens it. */
export function closeOtherSheets(own: HTMLButtonElement) {
  for (const opener of findElements(OPENERS))
    if (opener !== own && opener.ariaExpanded === 'true') opener.click();
}
