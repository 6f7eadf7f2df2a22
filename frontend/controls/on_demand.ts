/** Loads what a sheet alone needs, when it is first opened. */

/** Calls `load` once; after a failure the next call tries again. */
export function loadOnce<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | null = null;
  return () => {
    loaded ??= load().catch((error) => {
      loaded = null;
      throw error;
    });
    return loaded;
  };
}

/**
 * Opens a sheet by its button. What was loaded takes the button over. showError: gets what keeps it from
 * being loaded.
 */
export function openOnDemand(
  button: HTMLButtonElement,
  load: () => Promise<{ toggle: () => void }>,
  showError: (error: unknown) => void,
) {
  button.onclick = async () => {
    try {
      (await load()).toggle();
    } catch (error) {
      showError(error);
    }
  };
}
