/** Files for a page of networks: a model is opened, anything else is an input. */

export interface DroppedFiles {
  model: File | null;
  input: File | null;
}

export function sortFiles(files: Iterable<File>): DroppedFiles {
  const all = [...files];
  const model = all.find(({ name }) => isModel(name)) ?? null;
  return { model, input: all.find((file) => file !== model) ?? null };
}

export function isModel(name: string) {
  return /\.onnx$/i.test(name);
}

export function isWeights(name: string) {
  return /\.safetensors$/i.test(name);
}
