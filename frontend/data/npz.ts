/**
 * The arrays of an .npz file: a ZIP archive of .npy files, as numpy.savez and numpy.savez_compressed write.
 * https://numpy.org/doc/stable/reference/generated/numpy.savez.html
 */

import { BlobReader, BlobWriter, configure, ZipReader } from '@zip.js/zip.js/lib/zip-core-native.js';

/** The arrays of an archive may have so many bytes together once they are inflated. */
export const MAX_INFLATED = 1 << 29;

/** A worker would be one more file; the browser inflates outside of the main thread anyway. */
configure({ useWebWorkers: false });

export interface NpzMember {
  /** Of the array, without the ending. */
  name: string;
  npy: Blob;
}

/** Throws RangeError beyond MAX_INFLATED, other errors for what is damaged, encrypted or no archive. */
export async function readNpz(file: Blob): Promise<NpzMember[]> {
  const reader = new ZipReader(new BlobReader(file), { checkSignature: true });
  try {
    const entries = (await reader.getEntries()).filter((entry) => !entry.directory);
    const inflated = entries.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);
    if (inflated > MAX_INFLATED) throw new RangeError(`${inflated} bytes, at most ${MAX_INFLATED} are read`);
    const members: NpzMember[] = [];
    for (const entry of entries) {
      if (!entry.filename.endsWith('.npy')) throw new TypeError(`${entry.filename} is no .npy file`);
      members.push({ name: entry.filename.slice(0, -4), npy: await entry.getData(new BlobWriter()) });
    }
    return members;
  } finally {
    await reader.close();
  }
}
