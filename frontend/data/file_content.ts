/**
 * What a file holds, from its first bytes: the tensors of a safetensors file, the shape of an npy file, or a
 * picture.
 * https://github.com/huggingface/safetensors#format,
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */

export interface TensorEntry {
  name: string;
  dtype: string;
  shape: number[];
}

export type FileContent =
  | { kind: 'picture' }
  | { kind: 'npy'; shape: number[] }
  | { kind: 'safetensors'; tensors: TensorEntry[] };

/** The server reads no longer header either. */
const LONGEST_HEADER = 1 << 20;

const NPY = '\x93NUMPY';
const PICTURES = ['\x89PNG\r\n', '\xff\xd8\xff', 'RIFF'];

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
  const head = new DataView(await file.slice(0, 16).arrayBuffer());
  const start = String.fromCharCode(...new Uint8Array(head.buffer));
  if (PICTURES.some((mark) => start.startsWith(mark))) return { kind: 'picture' };
  if (start.startsWith(NPY)) return { kind: 'npy', shape: await npyShape(file, head) };
  if (start.startsWith('PK') || start.startsWith('\x80\x02')) throw new FileError('pickle');
  if (head.byteLength < 10 || start[8] !== '{') throw new FileError('unknown');
  return { kind: 'safetensors', tensors: await entries(file, Number(head.getBigUint64(0, true))) };
}

async function npyShape(file: Blob, head: DataView) {
  const [from, length] = head.getUint8(6) > 1 ? [12, head.getUint32(8, true)] : [10, head.getUint16(8, true)];
  const text = await file.slice(from, from + Math.min(length, LONGEST_HEADER)).text();
  const shape = /'shape': \(([\d, ]*)\)/.exec(text)?.[1];
  if (shape === undefined) throw new FileError('damaged');
  return shape
    .split(',')
    .filter((part) => part.trim())
    .map(Number);
}

async function entries(file: Blob, length: number): Promise<TensorEntry[]> {
  if (length > LONGEST_HEADER || length > file.size - 8) throw new FileError('damaged');
  const header = parsed(await file.slice(8, 8 + length).text());
  return Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, about]) => {
      const { dtype, shape } = (about ?? {}) as { dtype?: unknown; shape?: unknown };
      if (typeof dtype !== 'string' || !Array.isArray(shape) || !shape.every(Number.isInteger))
        throw new FileError('damaged');
      return { name, dtype, shape };
    });
}

function parsed(text: string): Record<string, unknown> {
  try {
    const found = JSON.parse(text);
    if (found && typeof found === 'object') return found;
  } catch {
    // Not JSON: told below.
  }
  throw new FileError('damaged');
}

/** The tensors a file offers with one of these numbers of dimensions. */
export function tensorsOfRank(content: FileContent, ranks: number[]): TensorEntry[] {
  return content.kind === 'safetensors'
    ? content.tensors.filter(({ shape }) => ranks.includes(shape.length))
    : [];
}
