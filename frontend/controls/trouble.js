/**
 * A failed request in words.
 *
 * @import {Translate} from '../i18n.js'
 * @import {ApiError} from '../api.js'
 */

/** @param {Translate} t @param {ApiError} error @returns {string} */
export function troubleText(t, { status, errors, message }) {
  if (status === 0) return t('edit.offline');
  return errors?.[0]?.message ?? t('error.answer', { status: String(status), detail: message });
}
