import { NetworkFault } from '@dstore/network/fault.js';
import { openPassage, type Passage } from '@dstore/network/native/passage.js';
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';

describe('a passage', () => {
  let folder: string;
  let socket: string;
  let far: Server;
  let target: string;
  const passages: Passage[] = [];

  /** Whoever comes hears again what it said, once it has said all. */
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'passage-'));
    socket = join(folder, 'socket');
    far = createServer({ allowHalfOpen: true }, (incoming) => {
      void buffer(incoming).then(
        (said) => incoming.end(said),
        () => undefined,
      );
    });
    await once(far.listen(0, '127.0.0.1'), 'listening');
    target = `127.0.0.1:${(far.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    await Promise.all(passages.splice(0).map((passage) => passage.close()));
    far.close();
    await rm(folder, { recursive: true });
  });

  const open = async (from: string, to: string) => void passages.push(await openPassage(from, to));

  async function echoed(end: Socket, said: Uint8Array): Promise<Buffer> {
    end.end(said);
    return buffer(end);
  }

  /** Resolves when somebody has hung up, by whatever means. */
  function gone(end: Socket): Promise<void> {
    end.on('error', () => undefined);
    return new Promise((resolve) => void end.once('close', () => resolve()));
  }

  it('leads every byte there and back, however many, through two of them as through one', async () => {
    await open(socket, target);
    const second = join(folder, 'second');
    await open(second, socket);
    for (const length of [0, 1, 3_000_000]) {
      const said = randomBytes(length);
      assert.deepEqual(await echoed(connect(socket), said), said);
      assert.deepEqual(await echoed(connect(second), said), said);
    }
  });

  it('leads many at a time, none into another', async () => {
    await open(socket, target);
    const said = Array.from({ length: 20 }, () => randomBytes(50_000));
    const heard = await Promise.all(said.map((bytes) => echoed(connect(socket), bytes)));
    assert.deepEqual(heard, said);
  });

  it('takes the place of a socket that somebody left', async () => {
    await writeFile(socket, '');
    await open(socket, target);
    assert.equal(String(await echoed(connect(socket), Buffer.from('here'))), 'here');
  });

  it('hangs up when nobody is at the other end, and leads again as soon as somebody is', async () => {
    const empty = join(folder, 'empty');
    await open(socket, empty);
    await gone(connect(socket));
    await open(empty, target);
    assert.equal(String(await echoed(connect(socket), Buffer.from('here'))), 'here');
  });

  it('hangs up on everybody when it is closed', async () => {
    const passage = await openPassage(socket, target);
    const end = connect(socket);
    const left = gone(end);
    end.write('I am');
    await once(far, 'connection');
    await passage.close();
    await left;
  });

  it('refuses ends that are none', async () => {
    for (const end of ['', 'here', 'localhost', 'localhost:0', 'localhost:65536', ':80', '80'])
      await assert.rejects(openPassage(socket, end), NetworkFault, end);
  });
});
