/** Texts of the page's language, from the one catalogue the server sent. */

export type Translate = (key: string, values?: Record<string, string | number>) => string;

/**
 * `{rows:# row|# rows}` is the form of a word that a number asks for, `#` the number; app/i18n/plurals.py
 * reads the same.
 */
const PLACE = /\{(\w+)(?::([^{}]*\|[^{}]*))?\}/g;

/** The order in which forms are written. */
const CATEGORIES: Intl.LDMLPluralRule[] = ['zero', 'one', 'two', 'few', 'many', 'other'];

export function makeTranslate(messages: Record<string, string>, language = 'en'): Translate {
  const rules = new Intl.PluralRules(language);
  const used = rules.resolvedOptions().pluralCategories;
  const order = CATEGORIES.filter((category) => used.includes(category));
  const pickForm = (forms: string[], value: string) => {
    const form = order.indexOf(rules.select(Number(value.replaceAll(',', ''))));
    return forms[Math.min(form, forms.length - 1)] ?? '';
  };
  return (key, values = {}) => {
    const text = messages[key];
    if (text === undefined) throw new Error(`no text for "${key}"`);
    return text.replace(PLACE, (_, name: string, forms?: string) => {
      const value = String(values[name]);
      return forms ? pickForm(forms.split('|'), value).replaceAll('#', value) : value;
    });
  };
}
