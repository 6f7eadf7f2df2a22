/** The safetensors file format. */

import type { NumberArray } from '../model/types.ts';

const ARRAYS = { F32: Float32Array, F64: Float64Array, I32: Int32Array } as const;

/** Throws TypeError for a type that the server does not write. */
export function decodeSafetensors(buffer: ArrayBuffer): Map<string, { shape: number[]; data: NumberArray }> {
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  const header: Record<
    string,
    { dtype: keyof typeof ARRAYS; shape: number[]; data_offsets: [number, number] }
  > = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  return new Map(
    Object.entries(header)
      .filter(([name]) => name !== '__metadata__')
      .map(
        ([
          name,
          {
            dtype,
            shape,
            data_offsets: [from, to],
          },
        ]) => {
          const Numbers = ARRAYS[dtype];
          if (!Numbers) throw new TypeError(`safetensors of type ${dtype} is not read here`);
          const start = 8 + length + from;
          const aligned = start % Numbers.BYTES_PER_ELEMENT === 0;
          return [
            name,
            {
              shape,
              data: aligned
                ? new Numbers(buffer, start, (to - from) / Numbers.BYTES_PER_ELEMENT)
                : new Numbers(buffer.slice(start, 8 + length + to)),
            },
          ];
        },
      ),
  );
}
