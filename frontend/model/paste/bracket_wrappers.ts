/**
 * What stands before and after numbers in brackets: names, types, calls that hold the numbers as they are.
 * Any other call makes other numbers, which the text does not show. Pure.
 */

import { matchAt } from '../number_syntax.ts';

/** Last names of calls: `np.array(`, `torch::tensor(`, `nn.Parameter(`, `print(`. */
const HOLDING_CALLS = new Set(
  `array asarray asanyarray ascontiguousarray asmatrix matrix mat tensor as_tensor from_numpy constant
  convert_to_tensor Tensor Parameter Variable Array DeviceArray Matrix ImmutableMatrix ImmutableDenseMatrix
  structure list tuple List Tuple print disp
  FloatTensor DoubleTensor HalfTensor BFloat16Tensor CharTensor ByteTensor ShortTensor IntTensor LongTensor
  Float16Array Float32Array Float64Array Int8Array Int16Array Int32Array Uint8Array Uint8ClampedArray
  Uint16Array Uint32Array single double half bfloat16 float16 float32 float64
  int8 int16 int32 int64 uint8 uint16 uint32 uint64`.split(/\s+/),
);
/** Of one number too: NumPy prints `[np.float32(1.5), …]`. */
const SCALAR_CALL = /^(?:tensor|double|single|half|b?float(?:16|32|64)|u?int(?:8|16|32|64))$/;
const MATHEMATICA_CALL = /^(?:MatrixForm|TableForm|NumericArray|N|List)$/;
const NUMERIC_TYPE = '(?:(?:Float|U?Int)(?:16|32|64|8)|BigFloat|Real|Number|Any)';

const NAME = String.raw`[A-Za-z_](?:[\w.]|::)*`;
const CALL = new RegExp(String.raw`(?:new\s+)?(${NAME})\s*(?:<[\w\s,:*]{0,40}>\s*)?(\(|\[(?=\s*\{))\s*`, 'y');
/** `new int[2][2] {`, `std::vector<float>{`, `[]float32{`, `vec![`, `Float32[`. */
const TYPE = new RegExp(
  [
    String.raw`(?:new\s+)?(?:std::)?(?:vector|array|initializer_list)\s*<[\w\s,:<>]{0,60}>\s*(?=\{)`,
    String.raw`new\s+\w+\s*(?:\[[\d,\s]{0,20}\]\s*){1,4}(?=\{)`,
    String.raw`(?:\[\d{0,9}\]){1,4}\w+(?=\{)`,
    String.raw`(?:vec|array)!(?=\[)`,
    String.raw`${NUMERIC_TYPE}(?=\[)`,
    String.raw`Parameter containing:\s+`,
    String.raw`<tf\.(?:Tensor|Variable)[^[\n]{0,200}numpy=\s*`,
  ].join('|'),
  'y',
);

/** What stands before numbers: its text, what closes it, the last name of a call, the sizes that it names. */
export interface Head {
  text: string;
  closing: string;
  name: string;
  sizes: number[];
  /** Whether it holds the numbers as they are, and whether it may hold one number. */
  holds: boolean;
  takesNumber: boolean;
}

/** The head at an offset, if there is one. */
export function matchHead(text: string, offset: number): Head | null {
  const type = matchAt(TYPE, text, offset);
  if (type) {
    const closing = type.startsWith('<') ? '>' : '';
    const sizes = closing ? (findSizes(type)?.sizes ?? []) : sizesOfType(type);
    return { text: type, closing, name: '', sizes, holds: true, takesNumber: false };
  }
  CALL.lastIndex = offset;
  const [found, path = '', bracket] = CALL.exec(text) ?? [];
  if (found === undefined) return null;
  const name = /\w*$/.exec(path)?.[0] ?? '';
  const holds = bracket === '[' ? MATHEMATICA_CALL.test(name) : HOLDING_CALLS.has(name);
  const closing = bracket === '[' ? ']' : ')';
  return { text: found, closing, name, sizes: [], holds, takesNumber: SCALAR_CALL.test(name) };
}

const VALUE = String.raw`<[^>]*>|'[^']*'|"[^"]*"|(?:[\w.]+\s*)?[([][^()[\]]*[)\]]|[a-z_][\w.]*|-?\d[\w.+-]*`;
const NAMED = String.raw`[a-z_]\w*\s*=\s*(?:${VALUE})`;
const OTHER = String.raw`"[^"]*"|[a-z_][\w.]*(?![\w.])(?!\s*[=(])`;
/** `, dtype=torch.float64, grad_fn=<AddBackward0>` after the numbers of a call. */
export const TAIL = new RegExp(String.raw`(?:\s*,\s*(?:${NAMED}|${OTHER}))*\s*,?\s*`, 'iy');
const SIZES = /\b(?:shape|dims?|size)["']?\s*[=:]\s*\w*[([]([\d,\s]*)[)\]]/i;

/** The shape that a tail or a member names. */
export function findSizes(text: string): { sizes: number[]; found: string; index: number } | null {
  const match = SIZES.exec(text);
  const sizes = match?.[1]?.match(/\d+/g)?.map(Number);
  return match && sizes ? { sizes, found: match[0], index: match.index } : null;
}

/** Besides sizes, a member has no other numbers in it. */
const MEMBER =
  String.raw`["'](?:(?:shape|dims?|size|strides?)["']\s*:\s*\[[\d,\s]*\]` +
  String.raw`|(?!data["'])\w+["']\s*:\s*(?:"[^"]*"|[\w.+-]+))`;
/** The API's own `{"data": …}`, alone or as a member `"weight": {"data": …}`. */
export const DATA_HEAD = new RegExp(String.raw`\{(?:\s*${MEMBER}\s*,)*?\s*["']data["']\s*:\s*`, 'y');
export const DATA_TAIL = new RegExp(String.raw`(?:\s*,\s*${MEMBER})*\s*\}`, 'y');
/** `"weight": `, `weight: `. */
export const LABEL = /(?:["'][\w.]+["']|[A-Za-z_][\w.]*):\s+|["'][\w.]+["']:/y;

/** A declaration is no longer. */
const LONGEST = 200;
/** Not `x += [1]`, nor `x <= [1]`, nor `x . [1]`. */
const DECLARED = /^[\p{L}_$](?:[^"'()]*(?:[^"'()\s\-+*/^|&<!~%@.=]|\w>))?\s*(?:\([:,\s\d]*\))?\s*$/u;

/**
 * `x = `, `float k[2][2] = `, `let k: [[f32; 2]; 2] = `, `A(:,:,1) = `, `x <- `; sizes: of C's, 0 for any;
 * types: what names the type.
 */
export function matchDeclaration(text: string, offset: number) {
  const line = /^[^\n]*/.exec(text.slice(offset, offset + LONGEST))?.[0] ?? '';
  const [, before, sign, after] = /^([^=]*?)(:?=(?!=)|<-)(\s*)/.exec(line) ?? [];
  if (before === undefined || sign === undefined || after === undefined || !DECLARED.test(before))
    return null;
  return {
    length: before.length + sign.length + after.length,
    sizes: sizesOfType(before),
    types: /\w\W+\w/.test(before) ? before : '',
  };
}

/** `k[2][2]`, `[2][2]float32`, `std::array<std::array<float, 3>, 2>`: C and Go fill up what is not given. */
function sizesOfType(type: string): number[] {
  if (/\barray\s*</.test(type))
    return [...type.matchAll(/,\s*(\d+)\s*>/g)].map(([, n]) => Number(n)).reverse();
  const sizes = /(?:\[\s*\d*\s*\]\s*)+/.exec(type)?.[0] ?? '';
  return [...sizes.matchAll(/\[\s*(\d*)/g)].map(([, size]) => Number(size));
}
