/** Texts of the page's language, from the one catalogue the server sent. */

export type Translate = (key: string, values?: Record<string, string | number>) => string;

export function makeTranslate(messages: Record<string, string>): Translate {
  return (key, values = {}) => {
    const text = messages[key];
    if (text === undefined) throw new Error(`no text for "${key}"`);
    return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
  };
}
