import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FileError, readFileContent } from '../../../frontend/data/file_content.ts';
import { decodeNpy } from '../../../frontend/data/npy.ts';
import { sliceTensor } from '../../../frontend/data/tensor_slice.ts';

// What numpy 2 writes of {"conv.weight": arange(8).reshape(1, 2, 2, 2), "conv.bias": [5, 6]} in float32.
const SAVEZ = [
  'UEsDBC0AAAAAAAAAIQAASe8K//////////8PABQAY29udi53ZWlnaHQubnB5AQAQAKAAAAAAAAAAoAAAAAAAAACTTlVNUFkBAHYA',
  'eydkZXNjcic6ICc8ZjQnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMSwgMiwgMiwgMiksIH0gICAgICAgICAg',
  'ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgCgAAAAAAAIA/AAAAQAAAQEAAAIBAAACgQAAAwEAAAOBA',
  'UEsDBC0AAAAAAAAAIQD8b39Q//////////8NABQAY29udi5iaWFzLm5weQEAEACIAAAAAAAAAIgAAAAAAAAAk05VTVBZAQB2AHsn',
  'ZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsKSwgfSAgICAgICAgICAgICAgICAgICAg',
  'ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAKBAAADAQFBLAQItAy0AAAAAAAAAIQAASe8KoAAAAKAA',
  'AAAPAAAAAAAAAAAAAACAAQAAAABjb252LndlaWdodC5ucHlQSwECLQMtAAAAAAAAACEA/G9/UIgAAACIAAAADQAAAAAAAAAAAAAA',
  'gAHhAAAAY29udi5iaWFzLm5weVBLBQYAAAAAAgACAHgAAACoAQAAAAA=',
].join('');
const SAVEZ_COMPRESSED = [
  'UEsDBC0AAAAIAAAAIQAASe8K//////////8PABQAY29udi53ZWlnaHQubnB5AQAQAKAAAAAAAAAAXAAAAAAAAACb7BfqGxDJyFDG',
  'UK2eklqcXKRupaBuk2airqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RqGOgpGEKSpo1CrQAbgYgCDBnsg4QBEQNwAxAuA',
  '+AAQP3AAAFBLAwQtAAAACAAAACEA/G9/UP//////////DQAUAGNvbnYuYmlhcy5ucHkBABAAiAAAAAAAAABMAAAAAAAAAJvsF+ob',
  'EMnIUMZQrZ6SWpxcpG6loG6TZqKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6mjoKtQoUAC4GhgUODAwHHABQSwEC',
  'LQMtAAAACAAAACEAAEnvClwAAACgAAAADwAAAAAAAAAAAAAAgAEAAAAAY29udi53ZWlnaHQubnB5UEsBAi0DLQAAAAgAAAAhAPxv',
  'f1BMAAAAiAAAAA0AAAAAAAAAAAAAAIABnQAAAGNvbnYuYmlhcy5ucHlQSwUGAAAAAAIAAgB4AAAAKAEAAAAA',
].join('');

const archive = (base64: string) => Buffer.from(base64, 'base64');

for (const [writer, base64] of Object.entries({ savez: SAVEZ, savez_compressed: SAVEZ_COMPRESSED }))
  test(`the arrays that numpy.${writer} writes are listed, and each is an .npy file`, async () => {
    const content = await readFileContent(new Blob([archive(base64)]));
    assert.ok(content.kind === 'npz');
    const [weight, bias] = content.tensors;
    assert.ok(weight && bias);
    assert.deepEqual(
      [weight.name, weight.shape, bias.name, bias.shape],
      ['conv.weight', [1, 2, 2, 2], 'conv.bias', [2]],
    );
    const whole = decodeNpy(await sliceTensor(weight, null).arrayBuffer());
    assert.deepEqual([...whole.data], [0, 1, 2, 3, 4, 5, 6, 7]);
    const item = decodeNpy(await sliceTensor(weight, 0).arrayBuffer());
    assert.deepEqual(
      [item.shape, [...item.data]],
      [
        [2, 2, 2],
        [0, 1, 2, 3, 4, 5, 6, 7],
      ],
    );
    assert.deepEqual([...decodeNpy(await sliceTensor(bias, null).arrayBuffer()).data], [5, 6]);
  });

test('an archive that is damaged, cut or lies about its sizes is refused', async () => {
  const whole = archive(SAVEZ_COMPRESSED);
  const changed = (place: number, byte: number) => {
    const bytes = Uint8Array.from(whole);
    bytes[place] = byte;
    return bytes;
  };
  const directory = whole.indexOf('PK\x01\x02', 0, 'latin1');
  const damaged = {
    cut: whole.subarray(0, whole.length - 30),
    number: changed(whole.indexOf('PK\x03\x04', 4, 'latin1') - 10, 0x55),
    checksum: changed(directory + 16, (whole[directory + 16] ?? 0) ^ 1),
    size: changed(directory + 24, 1),
  };
  for (const [kind, bytes] of Object.entries(damaged))
    await assert.rejects(
      readFileContent(new Blob([bytes])),
      (error: unknown) => error instanceof FileError && error.reason === 'damagedArchive',
      kind,
    );
  const enormous = changed(directory + 27, 0x7f);
  await assert.rejects(
    readFileContent(new Blob([enormous])),
    (error: unknown) => error instanceof FileError && error.reason === 'large',
  );
});
