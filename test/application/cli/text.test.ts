import assert from 'node:assert/strict';
import { progressLine } from '@dstore/application/cli/progress.js';
import { bytesIn, printable, sizeText, table } from '@dstore/application/cli/text.js';

describe('bytesIn', () => {
  it('reads what sizeText writes, and counts', () => {
    for (const [text, bytes] of [
      ['0', '0'],
      ['4096', '4096'],
      ['7B', '7'],
      ['1KiB', '1024'],
      ['500GiB', '536870912000'],
      ['8 PiB', '9007199254740992'],
    ] as const)
      assert.equal(bytesIn(text), bytes);
  });

  it('refuses what could mean two things', () => {
    for (const text of ['', '4GB', '4G', '1.5GiB', '-1', '1e3', 'GiB', '4gib'])
      assert.throws(() => bytesIn(text), { name: 'UsageError' }, text);
  });
});

describe('sizeText', () => {
  for (const [bytes, text] of [
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [102_400, '100 KiB'],
    [1.5 * 2 ** 30, '1.5 GiB'],
    ['1099511627776', '1.0 TiB'],
  ] as const) {
    it(`says ${text}`, () => {
      assert.equal(sizeText(bytes), text);
    });
  }
});

describe('table', () => {
  it('stays within 100 columns and puts numbers to the right', () => {
    const text = table(
      ['name', 'bytes'],
      [
        ['a'.repeat(300), '7'],
        ['b', '12345'],
      ],
    );
    for (const line of text.split('\n')) assert.ok(line.length <= 100);
    assert.match(text, / {4}7\n/);
  });

  it('lets no name command the terminal', () => {
    assert.ok(!table(['name'], [['\u001b[2J']]).includes('\u001b'));
    assert.equal(printable('a\nb'), 'a\\nb');
  });
});

describe('progressLine', () => {
  it('tells how far, how fast and how long yet', () => {
    const line = progressLine({ name: 'photo.raw', done: 512 * 2 ** 20, total: 2 ** 30, seconds: 4 });
    assert.equal(line, 'photo.raw 512 MiB / 1.0 GiB [############            ] 128 MiB/s ETA 4 s');
  });

  it('says less where the size is not known', () => {
    assert.equal(
      progressLine({ name: '-', done: 1024, total: undefined, seconds: 1 }),
      '- 1.0 KiB 1.0 KiB/s',
    );
  });
});
