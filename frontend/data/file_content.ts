/**
 * What a file holds, from its first bytes: the tensors of a safetensors file or an .npz archive, the shape of
 * an .npy file, or a picture.
 * https://github.com/huggingface/safetensors#format,
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */

import { pictureChannels } from './picture_channels.ts';

export interface TensorEntry {
  /** Empty in an .npy file. */
  name: string;
  format: 'npy' | 'safetensors';
  /** As the format names it. */
  dtype: string;
  shape: number[];
  /** Of this format: the chosen file, or a member of the chosen archive. */
  file: Blob;
  /** The first byte of its numbers and the one after the last, in `file`. */
  range: [number, number];
}

export type FileContent =
  | { kind: 'picture'; channels: number }
  | { kind: 'npy' | 'npz' | 'safetensors'; tensors: TensorEntry[] };

/** The server reads no longer header either. */
const LONGEST_HEADER = 1 << 20;

const NPY = '\x93NUMPY';
const PICTURES = ['\x89PNG\r\n', '\xff\xd8\xff', 'RIFF'];

/** Where a ZIP archive has the name of its first member. */
const ZIP_NAME = 30;

/** A file that holds none of these. `reason` is a key below `panel.file.`. */
export class FileError extends Error {
  readonly reason: string;

  constructor(reason: string) {
    super(reason);
    this.reason = reason;
  }
}

/** Throws FileError. */
export async function readFileContent(file: Blob): Promise<FileContent> {
  if (file.size === 0) throw new FileError('empty');
  const head = new DataView(await file.slice(0, 16).arrayBuffer());
  const start = String.fromCharCode(...new Uint8Array(head.buffer));
  if (PICTURES.some((mark) => start.startsWith(mark)))
    return { kind: 'picture', channels: await pictureChannels(file) };
  if (start.startsWith(NPY)) return { kind: 'npy', tensors: [await npyEntry('', file)] };
  if (start.startsWith('PK')) {
    if (await holdsArrays(file)) return { kind: 'npz', tensors: await npzEntries(file) };
    throw new FileError('pickle');
  }
  if (start.startsWith('\x80\x02')) throw new FileError('pickle');
  if (head.byteLength < 10 || start[8] !== '{') throw new FileError('unknown');
  const length = Number(head.getBigUint64(0, true));
  return { kind: 'safetensors', tensors: await safetensorsEntries(file, length) };
}

/** Whether the first member of a ZIP archive is an .npy file, as numpy.savez makes it. */
async function holdsArrays(file: Blob) {
  return /^[^/\0]*\.npy/.test(await file.slice(ZIP_NAME, ZIP_NAME + 256).text());
}

async function npzEntries(file: Blob): Promise<TensorEntry[]> {
  const { readNpz } = await import('./npz.ts');
  const members = await readNpz(file).catch((error) => {
    throw new FileError(error instanceof RangeError ? 'large' : 'damagedArchive');
  });
  return Promise.all(members.map(({ name, npy }) => npyEntry(name, npy)));
}

/** Of one array. */
export async function npyEntry(name: string, file: Blob): Promise<TensorEntry> {
  const head = new DataView(await file.slice(0, 16).arrayBuffer());
  if (head.byteLength < 16) throw new FileError('damaged');
  const [from, length] = head.getUint8(6) > 1 ? [12, head.getUint32(8, true)] : [10, head.getUint16(8, true)];
  const text = await file.slice(from, from + Math.min(length, LONGEST_HEADER)).text();
  const shape = /'shape': \(([\d, ]*)\)/.exec(text)?.[1];
  const dtype = /'descr': '([^']+)'/.exec(text)?.[1] ?? '';
  if (shape === undefined) throw new FileError('damaged');
  const sizes = shape.split(',').filter((part) => part.trim());
  // Column by column the items of the first axis lie apart.
  const start = /'fortran_order': True/.test(text) ? file.size : from + length;
  return { name, format: 'npy', dtype, shape: sizes.map(Number), file, range: [start, file.size] };
}

async function safetensorsEntries(file: Blob, length: number): Promise<TensorEntry[]> {
  if (length > LONGEST_HEADER || length > file.size - 8) throw new FileError('damaged');
  const header = parsed(await file.slice(8, 8 + length).text());
  return Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, about]) => {
      const { dtype, shape, data_offsets: offsets } = (about ?? {}) as Record<string, unknown>;
      if (typeof dtype !== 'string' || !isIntegers(shape) || !isIntegers(offsets))
        throw new FileError('damaged');
      const [from = 0, to = 0] = offsets;
      const range: [number, number] = [8 + length + from, 8 + length + to];
      return { name, format: 'safetensors', dtype, shape, file, range };
    });
}

function isIntegers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(Number.isInteger);
}

function parsed(text: string): Record<string, unknown> {
  try {
    const parsed = JSON.parse(text);
    if (parsed && typeof parsed === 'object') return parsed;
  } catch {
    // Not JSON: told below.
  }
  throw new FileError('damaged');
}

/** The tensors a file offers with one of these numbers of dimensions. */
export function tensorsOfRank(content: FileContent, ranks: readonly number[]): TensorEntry[] {
  return content.kind === 'picture'
    ? []
    : content.tensors.filter(({ shape }) => ranks.includes(shape.length));
}
