/**
 * One tensor of a file, or one item of its first axis, as a file of its own: of a large checkpoint only what
 * is used is sent.
 */

import type { TensorEntry } from './file_content.ts';

/** index: of the first axis, which is then gone; null: the whole tensor. */
export function sliceTensor(entry: TensorEntry, index: number | null): Blob {
  const isNpy = entry.format === 'npy';
  if (isNpy && index === null) return entry.file;
  const { shape, numbers } = index === null ? wholeOf(entry) : itemOf(entry, index);
  return new Blob([isNpy ? npyHead(entry, shape) : safetensorsHead(entry, shape, numbers), numbers]);
}

/**
 * The same with other channels: cut off, or repeated from the first on. axes: of a channel; what has no more
 * is one channel.
 */
export function repeatChannelsOf(
  entry: TensorEntry,
  { index, channels, axes }: { index: number | null; channels: number; axes: number },
): Blob {
  const { shape, numbers } = index === null ? wholeOf(entry) : itemOf(entry, index);
  const count = shape.length > axes ? (shape[0] ?? 1) : 1;
  const size = numbers.size / count;
  const planes = Array.from({ length: channels }, (_, c) =>
    numbers.slice((c % count) * size, ((c % count) + 1) * size),
  );
  const own = [channels, ...shape.slice(-axes)];
  const bytes = new Blob(planes);
  return new Blob([entry.format === 'npy' ? npyHead(entry, own) : safetensorsHead(entry, own, bytes), bytes]);
}

function wholeOf({ file, shape, range }: TensorEntry) {
  return { shape, numbers: file.slice(...range) };
}

function itemOf({ file, shape, range: [from, to] }: TensorEntry, index: number) {
  const size = (to - from) / (shape[0] ?? 1);
  return { shape: shape.slice(1), numbers: file.slice(from + index * size, from + (index + 1) * size) };
}

function safetensorsHead({ name, dtype }: TensorEntry, shape: number[], { size }: Blob) {
  const text = JSON.stringify({ [name]: { dtype, shape, data_offsets: [0, size] } });
  const head = new TextEncoder().encode(text);
  // Some programs want the numbers aligned.
  const padded = Math.ceil(head.length / 8) * 8;
  const bytes = new Uint8Array(8 + padded).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(head, 8);
  return bytes;
}

function npyHead({ dtype }: TensorEntry, shape: number[]) {
  const about = `{'descr': '${dtype}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const header = `${about.padEnd(Math.ceil((11 + about.length) / 64) * 64 - 11)}\n`;
  const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8];
  return new Uint8Array([...magic, ...new TextEncoder().encode(header)]);
}
