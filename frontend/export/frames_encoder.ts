/** A ZIP archive of PNG files, one for each frame, and a list of how long each stands: for video editors. */

import {
  BlobReader,
  BlobWriter,
  configure,
  TextReader,
  ZipWriter,
} from '@zip.js/zip.js/lib/zip-core-native.js';
import type { FrameEncoder } from './animation.ts';
import { canvasToPng } from './canvas_png.ts';

configure({ useWebWorkers: false });

/** The same frames make the same file: no date of today is in it. */
const DATE = new Date(1980, 0, 1, 12);

export function makeFramesEncoder(): FrameEncoder {
  const zip = new ZipWriter(new BlobWriter('application/zip'), { level: 0, lastModDate: DATE });
  const durations: string[] = [];
  let name = '';
  return {
    async add(canvas, seconds) {
      const png = await canvasToPng(canvas);
      name = `frame-${String(durations.length).padStart(5, '0')}.png`;
      await zip.add(name, new BlobReader(png));
      durations.push(`file '${name}'\nduration ${seconds}`);
    },
    async finish() {
      // As ffmpeg's concat demuxer reads it, which overlooks the last duration unless a file follows.
      await zip.add('frames.txt', new TextReader(`${durations.join('\n')}\nfile '${name}'\n`));
      return zip.close();
    },
    async cancel() {
      await zip.close();
    },
  };
}
