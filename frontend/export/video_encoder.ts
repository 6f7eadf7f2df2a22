/** MP4 and WebM, by the browser's own encoders (WebCodecs): only what really encodes a frame is offered. */

import {
  BufferTarget,
  canEncodeVideo,
  Mp4OutputFormat,
  Output,
  QUALITY_HIGH,
  VideoSample,
  VideoSampleSource,
  WebMOutputFormat,
} from 'mediabunny';
import type { FrameEncoder } from './animation.ts';

export type VideoFormat = 'mp4' | 'webm';

const CODECS = { mp4: 'avc', webm: 'vp9' } as const;
const TYPES = { mp4: 'video/mp4', webm: 'video/webm' };

/** Whether the browser encodes pictures of this size, whose sides are even. */
export async function encodesVideo(format: VideoFormat, width: number, height: number): Promise<boolean> {
  if (!('VideoEncoder' in window)) return false;
  try {
    if (!(await canEncodeVideo(CODECS[format], { width, height, bitrate: QUALITY_HIGH }))) return false;
    const encoder = await makeVideoEncoder(format);
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width, height });
    canvas.getContext('2d')?.fillRect(0, 0, 1, 1);
    await encoder.add(canvas, 1);
    return (await encoder.finish()).size > 0;
  } catch {
    return false;
  }
}

export async function makeVideoEncoder(format: VideoFormat): Promise<FrameEncoder> {
  const target = new BufferTarget();
  const output = new Output({
    format: format === 'mp4' ? new Mp4OutputFormat() : new WebMOutputFormat(),
    target,
  });
  const source = new VideoSampleSource({ codec: CODECS[format], bitrate: QUALITY_HIGH });
  output.addVideoTrack(source);
  let time = 0;
  return {
    async add(frame, seconds) {
      if (time === 0) await output.start();
      const sample = new VideoSample(frame, { timestamp: time, duration: seconds });
      // Waits only while the encoder has several frames to do.
      await source.add(sample);
      sample.close();
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
