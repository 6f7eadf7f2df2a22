/**
 * Whether the control in focus wants a key for itself. A text field wants all of them. Any other control
 * wants its own keys when the keyboard led to it; after a click they belong to the timeline.
 */

/** What a control does by itself with the keyboard. */
const OWN_KEYS: [selector: string, keys: RegExp][] = [
  ['#scrubber', /^$/],
  ['input[type="radio"]', /^(Arrow.*| )$/],
  ['input[type="range"]', /^(Arrow.*|Page.*|Home|End)$/],
  ['input[type="checkbox"], input[type="file"], button, a, summary', /^ $/],
  ['input, textarea, [contenteditable]', /./],
];

/** Returns a function that says whether a press belongs to the control that it was meant for. */
export function watchKeyOwner(): (event: KeyboardEvent) => boolean {
  let [clicked, pressed]: [EventTarget | null, boolean] = [null, false];
  addEventListener('pointerdown', () => (pressed = true), true);
  addEventListener('focusin', ({ target }) => {
    if (pressed || target !== clicked) clicked = pressed ? target : null;
  });
  addEventListener('click', ({ detail }) => detail > 0 && setTimeout(endClick), true);
  // A press on what has the focus moves it nowhere.
  const endClick = () => {
    [clicked, pressed] = [document.activeElement, false];
  };
  return ({ target, key }) => {
    // A dialog that has just been closed has the focus until the next frame.
    if (!(target instanceof HTMLElement) || !target.checkVisibility()) return false;
    if (target.closest('dialog, [popover]')) return key !== '?';
    // While its list is open a select needs the keys, whoever opened it.
    if (target.matches('select')) return target !== clicked || target.matches(':open');
    const keys = OWN_KEYS.find(([selector]) => target.matches(selector))?.[1];
    return keys !== undefined && (target !== clicked || keys.source === '.') && keys.test(key);
  };
}
