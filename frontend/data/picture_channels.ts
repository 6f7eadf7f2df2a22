/** How many channels the server makes of a picture, from its header; alpha is none of them. */

/** https://www.w3.org/TR/png-3/#11IHDR: grey, and grey with alpha. */
const PNG_COLOUR_TYPE = 25;
const GREY_TYPES = [0, 4];

/** Markers among those of frames that begin none: tables, an extension, conditioning. */
const NOT_FRAMES = [0xc4, 0xc8, 0xcc];

export async function pictureChannels(file: Blob): Promise<1 | 3> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (bytes[0] === 0x89) return GREY_TYPES.includes(bytes[PNG_COLOUR_TYPE] ?? 2) ? 1 : 3;
  return bytes[0] === 0xff && jpegComponents(bytes) === 1 ? 1 : 3;
}

/** https://www.w3.org/Graphics/JPEG/itu-t81.pdf, B.2.2; NaN where no frame is found. */
function jpegComponents(bytes: Uint8Array) {
  const byte = (at: number) => bytes[at] ?? NaN;
  for (let at = 2; byte(at) === 0xff; ) {
    const marker = byte(at + 1);
    if (marker === 0xff) at += 1;
    else if ((marker & 0xf0) === 0xc0 && !NOT_FRAMES.includes(marker)) return byte(at + 9);
    else at += 2 + byte(at + 2) * 256 + byte(at + 3);
  }
  return NaN;
}
