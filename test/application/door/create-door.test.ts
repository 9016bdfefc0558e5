import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectPlain } from 'node:net';
import { cidOf } from '@dstore/application/core/shard.js';
import type { ShardDoor } from '@dstore/application/door/create-door.js';
import { Fault } from '@dstore/application/ports/fault.js';
import type { TlsCredentials } from '@dstore/organizations';
import { blockOf } from '../../conformance/disk.js';
import {
  type Authorities,
  certify,
  foundAuthorities,
  leaseId,
  silentLog,
  startDoor,
  UseCasesOfTests,
} from './door-of-tests.js';
import { answerOn, connectAs, sendRaw } from './raw-client.js';

describe('createDoor', () => {
  let authorities: Authorities;
  let alice: TlsCredentials;
  let useCases: UseCasesOfTests;
  let door: ShardDoor | undefined;

  before(async () => {
    authorities = await foundAuthorities();
    alice = await certify(authorities.org1, 'alice');
  });
  after(() => authorities.close());
  beforeEach(() => {
    useCases = new UseCasesOfTests();
  });
  afterEach(() => door?.close());

  const start = async (more: Parameters<typeof startDoor>[2] = {}) => {
    const started = await startDoor(authorities, useCases, more);
    door = started.door;
    return started.url;
  };
  const connect = (url: string) => connectAs(url, alice, authorities.org2);

  it('answers several requests on one connection', async () => {
    const socket = await connect(await start());
    const { digest, bytes } = blockOf(64);
    await useCases.disk.put(digest, bytes);
    const request = `HEAD /v1/shards/${cidOf(digest)} HTTP/1.1\r\nhost: door\r\n\r\n`;
    for (let round = 0; round < 3; round += 1) {
      socket.write(request);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      assert.match(answer.toString(), /^HTTP\/1\.1 200 OK\r\n[^]*content-length: 64\r\n/);
    }
    socket.destroy();
  });

  it('keeps a connection whose request was refused, and reads what follows the refused body', async () => {
    const socket = await connect(await start());
    const { bytes } = blockOf(64);
    const path = `/v1/leases/${leaseId}/shards/odd`;
    socket.write(`PUT ${path} HTTP/1.1\r\nhost: door\r\ncontent-length: 64\r\n\r\n`);
    socket.write(bytes);
    const [refused] = (await once(socket, 'data')) as [Buffer];
    assert.match(refused.toString(), /^HTTP\/1\.1 400 /);
    assert.equal((await sendRaw(socket, { path: '/v1/disk' })).status, 200);
  });

  it('closes with silent, unfinished and busy connections open', async () => {
    const url = await start();
    useCases.describeDisk.run = () => new Promise(() => undefined);
    const shaking = connectPlain(Number(new URL(url).port), '127.0.0.1');
    shaking.on('error', () => undefined);
    const silent = await connect(url);
    const unfinished = await connect(url);
    unfinished.write('GET /v1/di');
    const busy = sendRaw(await connect(url), { path: '/v1/disk' });
    await door?.close();
    assert.equal((await busy).status, 0);
    for (const socket of [silent, unfinished, shaking]) if (!socket.closed) await once(socket, 'close');
    await door?.close();
  });

  it('lets a request under way end before it closes', async () => {
    const url = await start({ limits: { closingMs: 5000 } });
    const begun = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const real = useCases.describeDisk.run;
    useCases.describeDisk.run = async () => {
      begun.resolve();
      await gate.promise;
      return real();
    };
    const answer = sendRaw(await connect(url), { path: '/v1/disk' });
    await begun.promise;
    const closing = door?.close();
    gate.resolve();
    assert.equal((await answer).status, 200);
    await closing;
  });

  it('A-18 lets no member take every seat', async () => {
    const url = await start({ limits: { requests: 3, requestsPerMember: 2 } });
    useCases.describeDisk.run = () => new Promise(() => undefined);
    const waiting = [
      sendRaw(await connect(url), { path: '/v1/disk' }),
      sendRaw(await connect(url), { path: '/v1/disk' }),
    ];
    while (useCases.callers.length < 2) await new Promise((resolve) => setImmediate(resolve));
    const refused = await sendRaw(await connect(url), { path: '/v1/shards/x' });
    assert.equal(refused.status, 503);
    assert.match(refused.head, /retry-after: 2/);
    const bob = await connectAs(url, await certify(authorities.org2, 'bob'), authorities.org2);
    assert.equal((await sendRaw(bob, { path: '/v1/shards/x' })).status, 400);
    await door?.close();
    await Promise.all(waiting);
  });

  it('F-11 gives up on a head that does not end', async () => {
    const socket = await connect(await start({ limits: { headersMs: 100, requestMs: 200 } }));
    socket.write('GET /v1/disk HTTP/1.1\r\nhost: door\r\nx: y');
    assert.equal((await answerOn(socket)).status, 400);
    assert.deepEqual(useCases.callers, []);
  });

  it('S-12 tells nothing of what is inside, and tells the log', async () => {
    const said: unknown[] = [];
    const log = { ...silentLog, error: (...what: unknown[]) => void said.push(what) };
    const url = await start({ log });
    for (const [error, status] of [
      [new Error('canary at 10.0.0.1'), 500],
      [new Fault('disk-failed', 'canary', { retryable: true }), 503],
    ] as const) {
      useCases.describeDisk.run = () => Promise.reject(error);
      const answer = await sendRaw(await connect(url), { path: '/v1/disk' });
      assert.equal(answer.status, status);
      assert.doesNotMatch(answer.body, /canary|10\.0\.0\.1|stack/);
    }
    assert.equal(said.length, 2);
  });
});
