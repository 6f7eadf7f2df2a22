/** A canvas as a PNG file. */
export async function canvasToPng(canvas: HTMLCanvasElement): Promise<Blob> {
  const png = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!png) throw new RangeError(`no picture of ${canvas.width}×${canvas.height} pixels`);
  return png;
}
