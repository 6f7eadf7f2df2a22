import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LayoutInput } from '../../../../frontend/model/scene_model.ts';
import type { Rect } from '../../../../frontend/model/types.ts';
import { readableCell } from '../../../../frontend/views/shared/text_fit.ts';
import { firstThumbnail, otherChannels } from '../../../../frontend/views/stage/grid_places.ts';
import type { StageLayout } from '../../../../frontend/views/stage/layout.ts';
import { chooseLayout, makeLayout, placeParts } from '../../../../frontend/views/stage/layout.ts';
import { partsOf } from '../../support/stage_parts.ts';
import { makeSubject, OTHER_SIZES, STAGE_SIZES, SUBJECTS } from '../../support/stage_subjects.ts';

const SIZES = { ...STAGE_SIZES, ...OTHER_SIZES };

function overlap(a: Rect, b: Rect) {
  return (
    a.x + a.width > b.x + 0.5 &&
    b.x + b.width > a.x + 0.5 &&
    a.y + a.height > b.y + 0.5 &&
    b.y + b.height > a.y + 0.5
  );
}

function describe({ x, y, width, height }: Rect) {
  return [x, y, width, height].map((value) => value.toFixed(1)).join(' ');
}

/** All parts are inside the stage, and none overlaps another. */
function checkParts(layout: StageLayout, name: string = layout.family) {
  const { width, height } = layout;
  const parts = [...partsOf(layout)];
  for (const [part, rect] of parts) {
    const at = `${name}: ${part} at ${describe(rect)} leaves ${width}×${height}`;
    assert.ok(rect.x >= -0.5 && rect.x + rect.width <= width + 0.5, at);
    assert.ok(rect.y >= -0.5 && rect.y + rect.height <= height + 0.5, at);
    assert.ok(rect.width > 0 && rect.height > 0, at);
  }
  for (const [i, [one, a]] of parts.entries())
    for (const [other, b] of parts.slice(i + 1))
      assert.ok(!overlap(a, b), `${name}: ${one} at ${describe(a)} overlaps ${other} at ${describe(b)}`);
}

for (const [name, subject] of Object.entries(SUBJECTS)) {
  for (const [place, [width, height]] of Object.entries(SIZES)) {
    test(`${name} on ${place}: all parts are inside, and none overlaps another`, () => {
      for (const presenting of [false, true]) {
        const choice = chooseLayout(subject, width, height, { presenting });
        for (const openLane of [0, choice.candidate.lanes + choice.candidate.smallLanes - 1])
          checkParts(placeParts(subject, choice, { openLane }));
      }
    });
  }
}

/** Family and cells of input, kernel and output, as the design has them; a few pixels more or less will do. */
const CHOSEN: Record<
  string,
  Record<string, [family: string, cell: number, kernel: number, output: number]>
> = {
  'two-channels': {
    laptop: ['rows', 94, 94, 100],
    desktop: ['rows', 128, 128, 153],
    tablet: ['columns', 101, 80, 98],
    phone: ['phone', 44, 44, 44],
  },
  'strided-volume': {
    laptop: ['columns', 34, 46, 61],
    desktop: ['columns', 48, 66, 92],
    tablet: ['columns', 21, 31, 48],
    phone: ['phone', 20, 38, 30],
  },
  edges: {
    laptop: ['focus', 2.6, 44, 2.7],
    desktop: ['focus', 3.9, 45, 4],
    tablet: ['stacked', 2.1, 41, 2.1],
    phone: ['phone', 1, 29, 0.7],
  },
  depthwise: { laptop: ['rows', 35, 45, 60], desktop: ['rows', 52, 70, 90] },
  dilated: { laptop: ['focus', 44, 84, 103], phone: ['phone', 20, 39, 40] },
  deep: { laptop: ['focus', 3.7, 45, 3.8], desktop: ['focus', 9, 45, 9] },
};

for (const [name, sizes] of Object.entries(CHOSEN))
  for (const [place, [family, ...cells]] of Object.entries(sizes))
    test(`${name} on a ${place} is arranged as ${family}, with cells of ${cells.join(', ')} px or more`, () => {
      const [width, height] = STAGE_SIZES[place as keyof typeof STAGE_SIZES];
      const { candidate } = chooseLayout(SUBJECTS[name] as LayoutInput, width, height);
      assert.equal(candidate.family, family);
      const chosen = [candidate.cell, candidate.kernelCell, candidate.outputCell];
      for (const [k, cell] of chosen.entries()) assert.ok(cell >= (cells[k] ?? 0), `${chosen.join()}`);
    });

test('an output of more cells than the input is larger than it, too', () => {
  for (const place of ['laptop', 'desktop'] as const)
    for (const side of [1, 2, 3, 4])
      for (const kernel of [2, 3, 4]) {
        const output = 2 * (side - 1) + kernel;
        const subject = makeSubject([side, kernel, output], [1, 1], [1, 1, 2, 2], { gathered: true });
        const { cell, outputCell } = chooseLayout(subject, ...STAGE_SIZES[place]).candidate;
        const at = `${side}×${side} of ${cell} px, output ${output}×${output} of ${outputCell} px, ${place}`;
        assert.ok(output * outputCell > side * cell, at);
      }
});

test('the names below thumbnails are on the stage', () => {
  const gathered = [1, 2, 3, 5].flatMap((side) =>
    [2, 3].flatMap((kernel) =>
      [1, 2, 4].map((channels) =>
        makeSubject([side, kernel, side + kernel - 1], [channels, 4], [1, 1, 2, 2], { gathered: true }),
      ),
    ),
  );
  for (const subject of [...Object.values(SUBJECTS), ...gathered])
    for (const [width, height] of Object.values(SIZES))
      for (const presenting of [false, true]) {
        const choice = chooseLayout(subject, width, height, { presenting });
        const layout = placeParts(subject, choice);
        const { family, thumbnail } = choice.candidate;
        if (family === 'focus' && thumbnail >= 24 && subject.outChannels > 1 && !subject.perChannel)
          assert.ok(layout.outputThumbnails.length > 0, `${width}×${height}: no other output`);
        for (const { y, height: side } of [...layout.thumbnails, ...layout.outputThumbnails])
          assert.ok(y + side + 15 <= height, `${layout.family}, ${width}×${height}: name at ${y + side}`);
      }
});

test('where input cells are too small for numbers, a loupe shows the window with them', () => {
  for (const name of ['edges', 'photograph, 3×3', 'photograph, 7×7, stride 2', 'deep']) {
    const subject = SUBJECTS[name] as LayoutInput;
    const { candidate } = chooseLayout(subject, ...STAGE_SIZES.laptop);
    assert.ok(candidate.cell < readableCell(subject.chars.input) && candidate.loupe, name);
    assert.ok(candidate.kernelCell >= readableCell(subject.chars.kernel), name);
  }
});

test('on a phone every channel is a tab that a finger can meet, up to four', () => {
  for (const channels of [2, 3, 4, 12])
    for (const side of [1, 2, 3, 5, 7, 24, 224]) {
      const subject = makeSubject([side, 1, side], [channels, 2], [1, 1, 2, 3]);
      for (const size of [STAGE_SIZES.phone, OTHER_SIZES['a narrow phone'] ?? STAGE_SIZES.phone]) {
        const layout = placeParts(subject, chooseLayout(subject, ...size));
        const at = `${channels} channels of ${side}×${side} on ${size.join('×')}`;
        assert.equal(layout.thumbnails.length, Math.min(channels, 4), at);
        for (const { width } of layout.thumbnails) assert.ok(width >= 24, at);
      }
    }
});

/** Layers of many channels, with inputs of each size, square, wide and high. */
function* manyChannels() {
  for (const channels of [7, 8, 12, 64])
    for (const [rows, cols] of [
      [3, 3],
      [9, 9],
      [11, 11],
      [16, 16],
      [28, 28],
      [58, 58],
      [8, 32],
      [32, 8],
    ] as const)
      for (const kernel of [1, 3, 5, 7].filter((side) => side <= Math.min(rows, cols)))
        for (const chars of [
          [1, 1, 2, 3],
          [5, 5, 6, 6],
        ] as const)
          for (const more of [{}, { biased: true }, { perChannel: true }]) {
            const subject = makeSubject([rows, kernel, 1], [channels, 4], [...chars], {
              ...more,
              plane: { rows, cols, top: 0, left: 0 },
              output: [rows - kernel + 1, cols - kernel + 1],
            });
            yield {
              subject,
              name: `${channels}×${rows}×${cols}, ${kernel}×${kernel} ${chars} ${Object.keys(more)}`,
            };
          }
}

test('every channel has a lane, or thumbnails lead to it', () => {
  // Beside the panel, too.
  const sizes: [number, number][] = [[958, 608], STAGE_SIZES.laptop, STAGE_SIZES.desktop, STAGE_SIZES.phone];
  for (const { subject, name } of manyChannels())
    for (const size of sizes)
      for (const presenting of [false, true]) {
        const { lanes, thumbnails, family } = placeParts(
          subject,
          chooseLayout(subject, ...size, { presenting }),
        );
        if (lanes.length >= subject.channels) continue;
        const at = `${name} on ${size.join('×')}: ${family}, ${thumbnails.length} thumbnails`;
        assert.ok(thumbnails.length >= Math.min(3, subject.channels), at);
        for (const { width } of thumbnails) assert.ok(width >= 24, `${at} of ${width} px`);
      }
});

test('from thumbnail to thumbnail every channel is reached, and the first one again', () => {
  for (const channels of [3, 7, 8, 64])
    for (const count of [3, 4, 7, 12].filter((shown) => shown <= channels)) {
      let current = 0;
      while (current < channels - 1) {
        const last = firstThumbnail(current, channels, count) + count - 1;
        assert.ok(last > current && last < channels, `${current} of ${channels}, ${count} shown`);
        current = last;
      }
      while (current > 0) {
        const first = firstThumbnail(current, channels, count);
        assert.ok(first < current && first >= 0, `${current} of ${channels}, ${count} shown`);
        current = first;
      }
    }
});

test('on a phone the numbers of the window are read wherever those of the kernel have room', () => {
  const sizes: [number, number][] = [STAGE_SIZES.phone, [288, 480], [398, 650]];
  for (const channels of [1, 2, 8, 64])
    for (const side of [3, 5, 9, 11, 16, 28, 58, 224])
      for (const kernel of [1, 2, 3, 5, 7, 11].filter((taps) => taps <= side))
        for (const chars of [
          [1, 1, 2, 3],
          [2, 2, 3, 3],
          [5, 5, 5, 5],
          [5, 5, 6, 6],
        ] as const)
          for (const gathered of [false, true])
            for (const [width, height] of sizes) {
              const output = side - kernel + 1;
              const shape = { biased: true, gathered };
              const subject = makeSubject([side, kernel, output], [channels, 4], [...chars], shape);
              const layout = placeParts(subject, chooseLayout(subject, width, height));
              const name = `${channels}×${side}×${side}, ${kernel}×${kernel}, ${chars} on ${width} px`;
              checkParts(layout, name);
              const [inputCell, numberCell] = [chars[0], Math.max(chars[1], chars[2])].map(readableCell);
              // Kernel and products side by side, as small as they are read.
              if (!inputCell || !numberCell || 2 * kernel * numberCell + 24 > width) continue;
              assert.ok(layout.kernelCell >= numberCell, `${name}: kernel of ${layout.kernelCell} px`);
              const seen = layout.lanes[0]?.loupe ? layout.kernelCell : layout.cell;
              assert.ok(seen >= inputCell, `${name}: window of ${seen} px`);
            }
});

test('the other filters stand as large as they have room, all that can be read', () => {
  // Beside a lesson's text, and on a desktop.
  const sizes: [number, number][] = [[894, 630], STAGE_SIZES.desktop];
  for (const [name, count] of [
    ['three-filters', 2],
    ['two groups', 1],
  ] as const)
    for (const size of sizes) {
      const subject = SUBJECTS[name] as LayoutInput;
      const { shelf, shelfCell } = placeParts(subject, chooseLayout(subject, ...size));
      assert.equal(shelf.length, count, name);
      const { kernel, output } = subject.chars;
      assert.ok(shelfCell >= readableCell(Math.max(kernel, output)), `${name}: ${shelfCell}`);
    }
});

test('the outputs of up to seven channels are in sight together, presented or not', () => {
  const layers = {
    ...SUBJECTS,
    five: makeSubject([5, 3, 3], [3, 5], [1, 2, 3, 3]),
    'six, with larger outputs': makeSubject([7, 3, 5], [3, 6], [1, 2, 3, 3]),
    'ten channels read': makeSubject([3, 2, 2], [8, 4], [1, 1, 2, 3]),
  };
  const screens = ['laptop', 'desktop'] as const;
  for (const [name, subject] of Object.entries(layers))
    for (const screen of screens)
      for (const presenting of [false, true]) {
        const choice = chooseLayout(subject, ...STAGE_SIZES[screen], { presenting });
        const { family, shelf, outputThumbnails } = placeParts(subject, choice);
        const others = subject.perChannel ? 0 : subject.outChannels - 1;
        if (others > 6 || !['rows', 'columns'].includes(family)) continue;
        assert.equal(shelf.length + outputThumbnails.length, others, `${name}, ${screen}, ${presenting}`);
      }
});

test('of other outputs those that are finished come first', () => {
  assert.deepEqual(otherChannels(1, 3, 1), [0]);
  assert.deepEqual(otherChannels(2, 3, 1), [1]);
  assert.deepEqual(otherChannels(0, 3, 1), [1]);
  assert.deepEqual(otherChannels(5, 10, 3), [3, 4, 6]);
});

test('kernels of 11×11 have a place on a phone', () => {
  const layout = placeParts(
    SUBJECTS['photograph, 11×11, stride 4'] as LayoutInput,
    chooseLayout(SUBJECTS['photograph, 11×11, stride 4'] as LayoutInput, ...STAGE_SIZES.phone),
  );
  assert.ok((layout.lanes[0]?.kernel?.width ?? 0) >= 40);
});

test('while the window is resized, the arrangement stays unless another is clearly better', () => {
  for (const [name, subject] of Object.entries(SUBJECTS)) {
    let before = chooseLayout(subject, 1400, 620);
    let changes = 0;
    for (let width = 1400; width >= 820; width -= 4) {
      const choice = chooseLayout(subject, width, 620, { before: before.candidate.family });
      if (choice.candidate.family !== before.candidate.family) changes += 1;
      before = choice;
    }
    assert.ok(changes <= 3, `${name}: ${changes} changes`);
  }
});

test('of many channels fewer are in sight where that leaves the planes much more room', () => {
  const deep = makeSubject([16, 3, 14], [64, 64], [5, 5, 5, 5]);
  const seen = (width: number, height: number) => {
    const { candidate } = chooseLayout(deep, width, height);
    return { lines: candidate.lanes + candidate.smallLanes, side: 16 * candidate.cell };
  };
  const laptop = seen(1302, 588);
  assert.equal(laptop.lines, 4);
  assert.ok(laptop.side >= 280, `${laptop.side}`);
  assert.equal(seen(2500, 1300).lines, 6);
});

test('the arrow to the terms of a pooling is beside the name on the rail, not on it', () => {
  const subject = makeSubject([8, 3, 4], [2, 2], [5, 1, 7, 6], { weighted: false, perChannel: true });
  const layout = placeParts(subject, chooseLayout(subject, 1302, 596, {}), { openLane: 0 });
  assert.ok(['focus', 'stacked'].includes(layout.family));
  for (const { rail, equals, products, loupe } of layout.lanes)
    if (!loupe) assert.ok(equals.x - rail.x > 24 && equals.x < products.x, `${rail.x} ${equals.x}`);
});

test('on a phone the output is above the timeline wherever a smaller kernel leaves it room', () => {
  const layers = {
    dilated: makeSubject([11, 3, 7], [1, 1], [1, 1, 2, 2]),
    'three channels': makeSubject([9, 3, 7], [3, 3], [1, 2, 2, 2]),
    tall: makeSubject([12, 3, 8], [3, 2], [1, 2, 2, 2], { output: [12, 5] }),
  };
  for (const [name, subject] of Object.entries(layers))
    for (const height of [560, 510]) {
      const { candidate } = chooseLayout(subject, 328, height);
      assert.ok(candidate.overflow === 0, `${name}: ${candidate.overflow} px too high`);
    }
});

test('numbers of the ledger can be read, however long they are', () => {
  for (const [name, subject] of Object.entries(SUBJECTS))
    for (const [place, size] of Object.entries(SIZES)) {
      const { lanes, total, bias, ledger, family } = placeParts(subject, chooseLayout(subject, ...size));
      if (family !== 'rows' && family !== 'columns') continue;
      const [lane] = lanes;
      for (const rect of [lane?.sum, lane?.running, total, ledger === 'boxes' ? null : bias])
        if (rect) assert.ok(rect.width >= readableCell(subject.chars.sum), `${name} on ${place}: ${family}`);
    }
});

test('a tall input is drawn as small as it must be, on the stage that there is', () => {
  for (const rows of [40, 300, 900, 3000, 100_000])
    for (const cols of [1, 4, 40])
      for (const channels of [1, 3])
        for (const [width, height] of Object.values(STAGE_SIZES)) {
          const tall = makeSubject([4, 3, 4], [channels, 2], [1, 2, 2, 3], {
            plane: { rows, cols, top: 0, left: 0 },
            output: [rows, cols],
          });
          const layout = makeLayout(tall, width, height);
          assert.ok(layout.height <= 1.5 * height, `${rows}×${cols} on ${width}×${height}: ${layout.height}`);
          const plane = layout.plane ?? layout.lanes[0]?.input ?? assert.fail();
          for (const rect of [plane, layout.output]) {
            assert.ok(rect.height > 0 && rect.width > 0);
            assert.ok(rect.y + rect.height <= layout.height + 1 && rect.x + rect.width <= width + 1);
          }
        }
});
