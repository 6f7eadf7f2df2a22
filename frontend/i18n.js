/** Texts of the page's language, from the one catalogue the server sent. */

/** @typedef {(key: string, values?: Record<string, string|number>) => string} Translate */

/** @param {Record<string, string>} messages @returns {Translate} */
export function translator(messages) {
  return (key, values = {}) => {
    const text = messages[key];
    if (text === undefined) throw new Error(`no text for "${key}"`);
    return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
  };
}
