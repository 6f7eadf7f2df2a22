/** A failed request in words. */

import type { Translate } from '../model/i18n.ts';
import type { ApiError } from './client.ts';

export function formatError(t: Translate, { status, errors, message }: ApiError): string {
  if (status === 0) return t('edit.offline');
  return errors?.[0]?.message ?? t('error.answer', { status: String(status), detail: message });
}
