import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:tls';
import type { AddressInfo, Socket } from 'node:net';
import { HttpsDoors } from '@dstore/application/adapters/https/https-doors.js';
import type { Door } from '@dstore/application/ports/door.js';
import { Denial, type Fault } from '@dstore/application/ports/fault.js';
import { Refusal } from '@dstore/chaincode/domain';
import { blockOf } from '../../../conformance/disk.js';
import { isFault } from '../../../conformance/ledger.js';
import { type Authorities, certify, foundAuthorities, leaseId } from '../../door/door-of-tests.js';

const { digest, bytes } = blockOf(64);
const head = (status: string, ...lines: string[]) =>
  `HTTP/1.1 ${status}\r\n${lines.map((l) => `${l}\r\n`).join('')}\r\n`;
const problem = (status: number, body: string, type = 'application/problem+json') =>
  head(`${status} No`, `content-type: ${type}`, `content-length: ${body.length}`) + body;
const json = (body: string) =>
  head('200 OK', 'content-type: application/json', `content-length: ${body.length}`) + body;

/** Writes a piece again and again until the other side has enough. */
const forever = (first: string, piece: string, pauseMs: number) => (socket: Socket) => {
  socket.write(first);
  const timer = setInterval(() => socket.write(piece), pauseMs);
  socket.once('close', () => clearInterval(timer));
};
const say = (text: string | Buffer) => (socket: Socket) => void socket.write(text);

const get = (door: Door) => door.getShard(digest, 64);
const sign = (door: Door) =>
  door.signReceipt({
    leaseId,
    changes: [],
    content: { revision: 1n, root: 'ab'.repeat(32), count: 0n, bytes: 0n },
    lastEpoch: 1n,
  });
const contents = (door: Door) => door.contents(leaseId);

type Case = readonly [
  what: string,
  act: (socket: Socket) => void,
  ask: (door: Door) => Promise<unknown>,
  code: 'door-unreachable' | 'provider-faulty',
];

const cases: readonly Case[] = [
  [
    'a shard that is too long',
    say(head('200 OK', 'content-length: 65') + 'a'.repeat(65)),
    get,
    'provider-faulty',
  ],
  [
    'a shard that is too short',
    say(head('200 OK', 'content-length: 63') + 'a'.repeat(63)),
    get,
    'provider-faulty',
  ],
  [
    'a shard without an end',
    forever(head('200 OK', 'transfer-encoding: chunked'), `40\r\n${'a'.repeat(64)}\r\n`, 5),
    get,
    'provider-faulty',
  ],
  [
    'a shard that breaks off',
    (socket) => void socket.end(head('200 OK', 'content-length: 64') + 'a'),
    get,
    'door-unreachable',
  ],
  ['a byte now and then', forever(head('200 OK', 'content-length: 64'), 'a', 40), get, 'door-unreachable'],
  ['silence', () => undefined, get, 'door-unreachable'],
  ['silence after the head', say(head('200 OK', 'content-length: 64')), get, 'door-unreachable'],
  [
    'a head without an end',
    forever('HTTP/1.1 200 OK\r\n', `x: ${'a'.repeat(100)}\r\n`, 1),
    get,
    'provider-faulty',
  ],
  ['a head that comes letter by letter', forever('HTTP/1.1 200 OK\r\nx: ', 'a', 20), get, 'door-unreachable'],
  ['interim answers for ever', forever('', head('102 Processing'), 5), get, 'door-unreachable'],
  ['no HTTP', say('SSH-2.0-OpenSSH_9\r\n'), get, 'provider-faulty'],
  [
    'a redirect',
    say(head('302 Found', 'location: https://127.0.0.1:1/', 'content-length: 0')),
    get,
    'provider-faulty',
  ],
  [
    'a success that is none',
    say(head('206 Partial Content', 'content-length: 1') + 'a'),
    get,
    'provider-faulty',
  ],
  ['a no that is no problem', say(problem(404, 'gone', 'text/plain')), get, 'provider-faulty'],
  ['a problem that is no JSON', say(problem(404, '{')), get, 'provider-faulty'],
  ['a problem that is a list', say(problem(404, '[]')), get, 'provider-faulty'],
  ['a problem of another status', say(problem(404, '{"code":"not-owner"}')), get, 'provider-faulty'],
  ['a problem of no known code', say(problem(404, '{"code":"toString"}')), get, 'provider-faulty'],
  [
    'a problem without an end',
    forever(
      head('404 No', 'content-type: application/problem+json', 'transfer-encoding: chunked'),
      `2000\r\n${'a'.repeat(0x2000)}\r\n`,
      1,
    ),
    get,
    'provider-faulty',
  ],
  ['garbage for a receipt', say(json('garbage')), sign, 'provider-faulty'],
  ['a receipt with another member', say(json('{"receipt":"YQ==","more":1}')), sign, 'provider-faulty'],
  ['a receipt in another spelling', say(json('{"receipt":"YQ"}')), sign, 'provider-faulty'],
  ['a receipt of 10 KiB', say(json(`{"receipt":"${'a'.repeat(10_240)}"}`)), sign, 'provider-faulty'],
  [
    'contents with a number',
    say(json('{"content":{"revision":1},"entries":[]}')),
    contents,
    'provider-faulty',
  ],
  ['contents of 1 GiB', say(head('200 OK', `content-length: ${2 ** 30}`) + '{'), contents, 'provider-faulty'],
];

describe('a call of a hostile door', () => {
  let authorities: Authorities;
  let server: Server;
  let doors: HttpsDoors;
  let door: Door;
  let act: (socket: Socket) => void = () => undefined;
  const sockets = new Set<Socket>();

  before(async () => {
    authorities = await foundAuthorities();
    const { certificate: cert, privateKey: key } = await certify(authorities.org2, 'disk-1');
    server = createServer({ cert, key }, (socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => sockets.delete(socket));
      socket.once('data', () => act(socket));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await authorities.close();
  });
  beforeEach(async () => {
    doors = new HttpsDoors({
      tls: await certify(authorities.org1, 'alice'),
      roots: () => [authorities.org2.tlsRoot],
      deadlines: { headersMs: 400, progressMs: 200 },
    });
    door = doors.at(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
  afterEach(() => doors.close());

  for (const [what, does, ask, code] of cases)
    it(`S-10 ends ${what} as ${code}`, async () => {
      act = does;
      await assert.rejects(ask(door), (error) => {
        assert.ok(isFault(code)(error));
        assert.equal((error as Fault).retryable, code === 'door-unreachable');
        return true;
      });
    });

  it('S-10 hands on wrong bytes of the right length: who asked checks the digest', async () => {
    act = say(head('200 OK', 'content-length: 64') + 'a'.repeat(64));
    assert.deepEqual(await get(door), Buffer.alloc(64, 'a'));
  });

  it('S-10 does not stand still with a door that takes no body', async () => {
    act = (socket) => void socket.pause();
    const large = blockOf(1 << 20);
    await assert.rejects(door.putShard(leaseId, large.digest, large.bytes), isFault('door-unreachable'));
  });

  it('S-10 takes as much of the words of a door as anybody reads', async () => {
    const facts = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`f${index}`, 'x']));
    act = say(problem(507, JSON.stringify({ code: 'quota-reached', detail: 'y'.repeat(9000), facts })));
    await assert.rejects(door.putShard(leaseId, digest, bytes), (error) => {
      assert.ok(error instanceof Denial);
      assert.equal(error.message.length, 500);
      assert.equal(Object.keys(error.facts).length, 20);
      return true;
    });
    act = say(problem(507, '{"code":"lease-full","detail":{},"facts":{"a":1}}'));
    await assert.rejects(door.putShard(leaseId, digest, bytes), Refusal);
  });
});
