import { KuboDisk } from '@dstore/application/adapters/kubo/kubo-disk.js';
import { cidOf } from '@dstore/application/core/shard.js';
import { Fault } from '@dstore/application/ports/fault.js';
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';

import { blockOf, diskConformance, isDenial, listed } from '../../../conformance/disk.js';
import { FakeKubo, type Override } from './fake-kubo.js';

const quick = { connectMs: 500, callMs: 200, pieceMs: 200 };
const { digest, bytes } = blockOf(1000);
const cid = cidOf(digest);

const say =
  (route: string, status: number, text: string): Override =>
  (path, response) => {
    if (path !== route) return false;
    response.writeHead(status).end(text);
    return true;
  };
const on =
  (route: string, act: (response: ServerResponse) => void): Override =>
  (path, response) => {
    if (path !== route) return false;
    act(response);
    return true;
  };

type Case = readonly [
  what: string,
  override: Override,
  ask: (disk: KuboDisk) => Promise<unknown>,
  retryable: boolean,
];

const put = (disk: KuboDisk) => disk.put(digest, bytes);
const get = (disk: KuboDisk) => disk.get(digest);
const size = (disk: KuboDisk) => disk.sizeOf(digest);
const error = (words: string) => JSON.stringify({ Message: words, Code: 0, Type: 'error' });
const gateway = `/ipfs/${cid}`;

const failures: readonly Case[] = [
  ['an error of the store', say('block/put', 500, error('input/output error')), put, true],
  ['an error without JSON', say('block/put', 502, 'bad gateway'), put, true],
  ['a CID of another block', say('block/put', 200, '{"Key":"bafkother","Size":1000}'), put, false],
  ['an answer without a CID', say('block/put', 200, '{"Size":1000}'), put, false],
  ['an answer that is no JSON', say('block/put', 200, 'ok'), put, false],
  ['an answer that is null', say('block/put', 200, 'null'), put, false],
  ['an answer that is too long', say('block/put', 200, `{"Key":"${'b'.repeat(5000)}"}`), put, false],
  ['silence', on('block/put', () => undefined), put, true],
  ['a hang-up', on('block/put', (response) => void response.destroy()), put, true],
  ['a block that is larger than any shard', say(gateway, 200, 'a'.repeat((1 << 20) + 1)), get, false],
  ['a block that ends too soon', on(gateway, cutShort), get, true],
  ['a block that never ends', on(gateway, (response) => void response.writeHead(200).write('a')), get, true],
  ['another 404', say(gateway, 404, '404 page not found'), get, true],
  ['a size that is no number', say('block/stat', 200, '{"Size":"1000"}'), size, false],
  ['a size below nothing', say('block/stat', 200, '{"Size":-1}'), size, false],
  ['a full error', say('block/stat', 500, 'x'.repeat(70_000)), size, false],
  [
    'a removal that failed',
    say('block/rm', 200, '{"Hash":"b","Error":"locked"}'),
    (d) => d.remove(digest),
    true,
  ],
  ['a list that breaks off', on('refs/local', breakOff), listed, true],
  ['a list with an error', say('refs/local', 200, '{"Ref":"","Err":"io"}\n'), listed, true],
  ['a list that fails', say('refs/local', 500, error('io')), listed, true],
  ['a list that is none', say('refs/local', 200, 'hello\n'), listed, false],
  ['a line without an end', say('refs/local', 200, 'x'.repeat(10_000)), listed, false],
  ['a list that stops', on('refs/local', (r) => void r.writeHead(200).write('{"Ref":"b')), listed, true],
  ['no room to speak of', say('repo/stat', 200, '{"RepoSize":1}'), put, false],
];

function cutShort(response: ServerResponse): void {
  response.writeHead(200, { 'content-length': '1000' }).write('a'.repeat(10), () => response.destroy());
}

/** Kubo announces what fails in the middle of a list behind it. */
function breakOff(response: ServerResponse): void {
  response.writeHead(200, { trailer: 'X-Stream-Error' });
  response.addTrailers({ 'X-Stream-Error': 'datastore closed' });
  response.end(`${JSON.stringify({ Ref: cid, Err: '' })}\n`);
}

describe('KuboDisk', () => {
  let kubo: FakeKubo;
  let disk: KuboDisk;

  beforeEach(async () => {
    kubo = await FakeKubo.start();
    disk = await KuboDisk.open(kubo.addresses, quick);
  });
  afterEach(async () => {
    await disk.close();
    await kubo.close();
  });

  diskConformance('a daemon made up', async () => {
    const own = await FakeKubo.start();
    return {
      open: () => KuboDisk.open(own.addresses),
      openSmall: (capacityBytes) => {
        own.capacityBytes = capacityBytes;
        return KuboDisk.open(own.addresses);
      },
      close: () => own.close(),
    };
  });

  for (const [what, override, ask, retryable] of failures)
    it(`F-11 fails ${retryable ? 'for now' : 'for good'} on ${what}`, async () => {
      kubo.override = override;
      await assert.rejects(ask(disk), isFault('disk-failed', retryable));
      kubo.override = () => false;
      await put(disk);
      assert.deepEqual(await get(disk), bytes);
    });

  it('F-04 says that the medium is full when the daemon does', async () => {
    for (const words of ['write /blocks/x: no space left on device', 'disk quota exceeded']) {
      kubo.override = say('block/put', 500, error(words));
      await assert.rejects(put(disk), isDenial('disk-full'));
    }
  });

  it('pins what it puts, again when the pin is lost, and lets both go', async () => {
    await put(disk);
    kubo.pins.clear();
    await put(disk);
    assert.deepEqual([...kubo.pins], [cid]);
    await disk.remove(digest);
    assert.deepEqual([...kubo.pins, ...kubo.blocks.keys()], []);
  });

  it('writes a damaged block anew', async () => {
    await put(disk);
    kubo.blocks.set(cid, Buffer.alloc(1000));
    await put(disk);
    assert.deepEqual(await get(disk), bytes);
  });

  it('sends every byte as it is', async () => {
    const lines = Buffer.from('\r\n--\r\n\r\n--dstore--\r\n\0\xff', 'latin1');
    const all = Buffer.concat([Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)), lines]);
    const { blake3 } = await import('@napi-rs/blake-hash');
    const name = blake3(all).toString('hex');
    await disk.put(name, all);
    assert.deepEqual(kubo.blocks.get(cidOf(name)), all);
  });

  it('leaves out of its list what is no shard', async () => {
    await put(disk);
    kubo.blocks.set('bafkreiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354', Buffer.alloc(1));
    assert.deepEqual(await listed(disk), [{ digest, size: 1000 }]);
  });

  it('ends calls that hang when it is closed', async () => {
    const slow = await KuboDisk.open(kubo.addresses);
    let asked = () => {};
    const begun = new Promise<void>((resolve) => (asked = resolve));
    kubo.override = on(gateway, () => asked());
    const waiting = assert.rejects(get(slow), isFault('disk-failed', false));
    await begun;
    await slow.close();
    await waiting;
    await assert.rejects(listed(slow), isFault('disk-failed', false));
  });

  it('says how much room there is', async () => {
    await put(disk);
    assert.deepEqual(await disk.space(), { usedBytes: 1000, mostBytes: 1 << 30 });
  });

  it('opens no daemon off this machine, and none that does not answer', async () => {
    for (const rpc of [
      'http://10.0.0.1:5001',
      'http://example.org:5001',
      'https://127.0.0.1:1',
      '/ip4/127.0.0.1',
    ])
      await assert.rejects(KuboDisk.open({ ...kubo.addresses, rpc }), isFault('not-ready', false));
    const { addresses } = kubo;
    await kubo.close();
    await assert.rejects(KuboDisk.open(addresses, quick), isFault('disk-failed', true));
    kubo = await FakeKubo.start();
  });

  it('F-06 names each setting that is not safe, and its fix', async () => {
    kubo.config = {};
    kubo.stacks = '';
    kubo.commandLine = 'ipfs\0daemon\0--enable-gc';
    await assert.rejects(KuboDisk.open(kubo.addresses, quick), (error) => {
      for (const name of ['swarm.key', 'Bootstrap', 'Routing.Type', '--enable-gc', 'Datastore.Spec'])
        assert.ok(String(error).includes(`${name} (`), name);
      return isFault('not-ready', false)(error);
    });
  });
});

function isFault(code: string, retryable: boolean): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof Fault, String(error));
    assert.deepEqual([error.code, error.retryable], [code, retryable], error.message);
    return true;
  };
}
