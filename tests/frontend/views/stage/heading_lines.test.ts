import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { makeTranslate } from '../../../../frontend/model/i18n.ts';
import type { LayoutInput } from '../../../../frontend/model/scene_model.ts';
import type { ChannelFrame } from '../../../../frontend/views/stage/channel_frame.ts';
import { fitHeading } from '../../../../frontend/views/stage/heading_lines.ts';
import { formatShape, headingSize, headingText } from '../../../../frontend/views/stage/headings.ts';
import { makeLayout } from '../../../../frontend/views/stage/layout.ts';
import { CHOOSER_WIDTH } from '../../../../frontend/views/stage/spacing.ts';
import { makePadding, makeSummary } from '../../support/builders.ts';
import { makeSubject, STAGE_SIZES, SUBJECTS } from '../../support/stage_subjects.ts';

const WITH_PANEL: [number, number] = [880, 560];

const LAYERS: Record<string, LayoutInput> = {
  ...SUBJECTS,
  'transposed, to three channels': makeSubject([4, 3, 9], [2, 3], [2, 2, 2, 3], { gathered: true }),
  'transposed, 1×1': makeSubject([5, 1, 5], [1, 8], [2, 2, 2, 2], { gathered: true }),
  'a thousand channels': makeSubject([7, 1, 7], [1024, 2048], [4, 4, 4, 5], { biased: true }),
  'a single cell': makeSubject([3, 3, 1], [16, 120], [1, 2, 2, 3]),
};

/** About what a system's typeface takes. */
function measure(text: string, size: number, weight: number) {
  const widths = [...text].map((letter) => (letter > '\u2e80' ? 1 : weight > 500 ? 0.62 : 0.56));
  return size * widths.reduce((sum, width) => sum + width, 0);
}

function frameOf(subject: LayoutInput, [width, height]: [number, number], language: string) {
  const { channels, outChannels, kernel, plane, output, weighted, perChannel } = subject;
  const catalogue = new URL(`../../../../static/locales/${language}.json`, import.meta.url);
  const groups = perChannel ? channels : 1;
  const summary = makeSummary(
    { padding: makePadding(1), groups, kind: weighted ? 'conv2d' : 'max_pool2d' },
    {
      input: [channels, plane.rows - 2, plane.cols - 2],
      weight: weighted ? [outChannels, channels / groups, ...kernel] : null,
      output: [outChannels, ...output],
    },
  );
  const layout = makeLayout(subject, width, height);
  return {
    model: { summary, subject, names: null, inputLow: 0, inputMax: 9 },
    layout,
    position: { outChannel: outChannels - 1 },
    inChannels: Array.from({ length: channels / groups }, (_, channel) => channel),
    firstChannel: channels / groups - 1,
    output: null,
    outputMax: 9,
    t: makeTranslate(JSON.parse(readFileSync(catalogue, 'utf8')), language),
  } as unknown as ChannelFrame;
}

/** The shape that the heading of a part has to show. */
function shapeOf({ model, layout, inChannels }: ChannelFrame, name: string) {
  const { input, weight, output } = model.summary.shapes;
  if (name === 'input') return formatShape(input);
  const { kernel } = model.subject;
  const isSlice = layout.family === 'phone' && inChannels.length > 1;
  if (name === 'kernel' && weight) return formatShape(isSlice ? kernel : [inChannels.length, ...kernel]);
  if (name === 'output') return formatShape(layout.ledger === 'boxes' ? output : output.slice(1));
  return '';
}

for (const language of ['en', 'zh-CN'])
  for (const [layer, subject] of Object.entries(LAYERS))
    for (const [screen, size] of Object.entries({ ...STAGE_SIZES, panel: WITH_PANEL }))
      test(`${layer} on a ${screen}, ${language}: every heading has its name and its shape`, () => {
        const frame = frameOf(subject, size, language);
        for (const { name, x, width } of frame.layout.headings) {
          const text = headingText(frame, name);
          if (!text) continue;
          const chooser = name === 'output' && subject.outChannels > 1 ? CHOOSER_WIDTH : 0;
          const room = Math.min(width, size[0] - x) - chooser;
          const lines = fitHeading(text, headingSize(frame), room, measure);
          assert.ok(lines.name && lines.detail.includes(shapeOf(frame, name)), `${name}: ${lines.detail}`);
          const slice = `[${subject.outChannels - 1}, ${frame.firstChannel}]`;
          const isSlice = frame.layout.family === 'phone' && frame.inChannels.length > 1 && name === 'kernel';
          assert.equal(lines.name.includes(slice), isSlice, lines.name);
          assert.ok(lines.size >= 10.5, `${name}: type of ${lines.size} px`);
          const beside = lines.pitch === 0 && lines.detail ? measure(`${lines.detail} `, lines.size, 400) : 0;
          const below = lines.pitch > 0 ? measure(lines.detail, lines.size, 400) : 0;
          const used = Math.max(measure(lines.name, lines.size, 600) + beside, below);
          assert.ok(room >= used * 0.75, `${name}: ${used.toFixed()} px in ${room.toFixed()}`);
        }
      });
