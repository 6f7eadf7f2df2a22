/** Errors that are shown at the panel's fields. */

import { findElement, findElements, setText } from '../../views/shared/dom.ts';

export class FieldErrors {
  readonly form: HTMLFormElement;

  constructor(form: HTMLFormElement) {
    this.form = form;
  }

  /** The place of the visible field that a pointer into the body leads to, or of what it is a part of. */
  nearestField(at: string) {
    for (let place = at; place; place = place.slice(0, place.lastIndexOf('/'))) {
      const field = this.#field(place);
      if (field && !field.hidden) return place;
    }
    return '';
  }

  /** The name of the field at such a place, or nothing where it is none's. */
  nameOf(at: string) {
    return this.#field(at)?.getAttribute('aria-label') ?? '';
  }

  #field(at: string) {
    return this.form.querySelector<HTMLElement>(`[data-at="${CSS.escape(at)}"]`);
  }

  /** isOpen: the field waits to be filled, which is said as a hint. */
  show(at: string, message: string, isOpen = false) {
    const field = this.#field(at) ?? this.#field('');
    const error = field?.querySelector<HTMLElement>('.field-error');
    if (!field || !error) return;
    setText(error, message);
    error.hidden = false;
    error.classList.toggle('is-open', isOpen);
    if (isOpen) return;
    if (field.contains(document.activeElement)) error.scrollIntoView({ block: 'nearest' });
    error.id ||= `why${at.replaceAll('/', '-')}`;
    for (const control of field.querySelectorAll('input, select')) {
      control.setAttribute('aria-invalid', 'true');
      control.setAttribute('aria-describedby', error.id);
    }
  }

  clear() {
    for (const error of findElements('.field-error', this.form)) error.hidden = true;
    for (const control of this.form.querySelectorAll('[aria-invalid]')) {
      control.removeAttribute('aria-invalid');
      control.removeAttribute('aria-describedby');
    }
    findElement('#panel-retry', HTMLButtonElement).hidden = true;
  }
}
