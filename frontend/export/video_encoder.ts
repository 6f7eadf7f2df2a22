/** MP4 and WebM, by the browser's own encoders (WebCodecs): only what really encodes a frame is offered. */

import {
  BufferTarget,
  CanvasSource,
  canEncodeVideo,
  Mp4OutputFormat,
  Output,
  QUALITY_HIGH,
  WebMOutputFormat,
} from 'mediabunny';
import type { FrameEncoder } from './animation.ts';

export type VideoFormat = 'mp4' | 'webm';

const CODECS = { mp4: 'avc', webm: 'vp9' } as const;
const TYPES = { mp4: 'video/mp4', webm: 'video/webm' };

/** Whether the browser encodes pictures of this size. */
export async function encodesVideo(format: VideoFormat, width: number, height: number): Promise<boolean> {
  if (!('VideoEncoder' in window)) return false;
  try {
    const [evenWidth, evenHeight] = [even(width), even(height)];
    const size = { width: evenWidth, height: evenHeight, bitrate: QUALITY_HIGH };
    if (!(await canEncodeVideo(CODECS[format], size))) return false;
    const encoder = await makeVideoEncoder(format);
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: evenWidth, height: evenHeight });
    canvas.getContext('2d')?.fillRect(0, 0, 1, 1);
    await encoder.add(canvas, 1);
    return (await encoder.finish()).size > 0;
  } catch {
    return false;
  }
}

export async function makeVideoEncoder(format: VideoFormat): Promise<FrameEncoder> {
  // Encoders take even sizes only: the picture is extended by its own edge.
  const canvas = document.createElement('canvas');
  const target = new BufferTarget();
  const output = new Output({
    format: format === 'mp4' ? new Mp4OutputFormat() : new WebMOutputFormat(),
    target,
  });
  const source = new CanvasSource(canvas, { codec: CODECS[format], bitrate: QUALITY_HIGH });
  output.addVideoTrack(source);
  let time = 0;
  return {
    async add(frame, seconds) {
      if (time === 0) {
        Object.assign(canvas, { width: even(frame.width), height: even(frame.height) });
        await output.start();
      }
      const context = canvas.getContext('2d') as CanvasRenderingContext2D;
      context.drawImage(frame, 0, 0, canvas.width, canvas.height);
      context.drawImage(frame, 0, 0);
      await source.add(time, seconds);
      time += seconds;
    },
    async finish() {
      await output.finalize();
      if (!target.buffer) throw new Error('the encoder gave no file');
      return new Blob([target.buffer], { type: TYPES[format] });
    },
    async cancel() {
      if (time > 0) await output.cancel();
    },
  };
}

function even(size: number) {
  return size + (size % 2);
}
