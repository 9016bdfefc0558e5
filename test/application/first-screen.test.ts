import assert from 'node:assert/strict';
import { demoCommands, firstScreen } from '@dstore/application/first-screen.js';

const screen = {
  version: '1.2.3',
  url: 'http://127.0.0.1:8080',
  token: 'dst_token',
  home: '/somewhere/data',
  organizations: 6,
  disks: 5,
  epoch: 12n,
  epochSeconds: 20n,
  secondsToNext: 7n,
  breakable: 'org2-d1',
};

describe('the first screen', () => {
  const lines = firstScreen(screen).split('\n');

  it('says what runs, where, and until when', () => {
    assert.equal(
      lines[0],
      'DStore 1.2.3   embedded consortium · 6 organizations · 5 disks · epoch 12, next in 7 s (epochs last 20 s here)',
    );
    for (const part of ['http://127.0.0.1:8080/v1', 'http://127.0.0.1:8080/docs', 'dst_token'])
      assert.ok(
        lines.slice(1, 3).some((line) => line.includes(part)),
        part,
      );
    assert.ok(lines[3]?.includes('/somewhere/data/demo.words'));
  });

  it('shows every command of the page, the one that others need first', () => {
    const commands = demoCommands(screen.url, screen.token, screen.breakable);
    const at = commands.map(({ line }) => lines.findIndex((shown) => shown.includes(line)));
    assert.ok(
      at.every((index) => index >= 0),
      at.join(),
    );
    assert.deepEqual(
      at,
      [...at].sort((a, b) => a - b),
    );
    assert.equal(lines[at[0] as number], 'export DSTORE_URL=http://127.0.0.1:8080 DSTORE_TOKEN=dst_token');
    assert.ok(commands.some(({ line }) => line.endsWith('demo lose org2-d1')));
  });

  it('says beside a command what to expect of it, in a form that may be copied along', () => {
    for (const [name, remark] of [
      ['where', 'whose disks, how many may be lost'],
      ['audit', 'first verdict after the next epoch opens (7 s)'],
      ['break it', 'then watch how it is repaired:'],
    ]) {
      const line = lines.find((each) => each.startsWith(`  ${name} `)) ?? '';
      assert.ok(line.endsWith(`    # ${remark}`), line);
    }
    assert.equal(
      new Set(lines.filter((line) => line.includes(' # ')).map((line) => line.indexOf('#'))).size,
      1,
    );
  });

  it('says how to bring a network up', () => {
    assert.ok(lines.some((line) => line.endsWith('npm run network:up')));
  });

  it('S-08 says that it is no place for secrets', () => {
    assert.ok(lines.some((line) => line.startsWith('! Demo keys')));
  });

  it('fits no line over 160 characters but those with a token', () => {
    for (const line of lines.filter((each) => !each.includes('curl'))) assert.ok(line.length <= 160, line);
  });
});
