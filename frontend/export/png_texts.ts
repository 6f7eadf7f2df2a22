/** Texts in a PNG file: chunks of the kind iTXt (https://www.w3.org/TR/png-3/#11iTXt), after the header. */

/** Signature and header. */
const HEAD = 8 + 25;

/** texts: by keyword, as the specification lists them. */
export async function addPngTexts(png: Blob, texts: Record<string, string>): Promise<Blob> {
  const chunks = Object.entries(texts).map(([keyword, text]) => makeTextChunk(keyword, text));
  return new Blob([png.slice(0, HEAD), ...chunks, png.slice(HEAD)], { type: 'image/png' });
}

/** UTF-8, not compressed, of no language. */
function makeTextChunk(keyword: string, text: string) {
  const content = new TextEncoder().encode(`iTXt${keyword}\0\0\0\0\0${text}`);
  const chunk = new Uint8Array(8 + content.length);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, content.length - 4);
  chunk.set(content, 4);
  view.setUint32(4 + content.length, crc32(content));
  return chunk;
}

/** ISO 3309, as PNG has it (Annex D). */
export function crc32(bytes: Uint8Array) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
