import { FabricLedger } from '@dstore/application/adapters/fabric/fabric-ledger.js';
import { rowsOf } from '@dstore/application/ports/ledger.js';
import { ReadSupply } from '@dstore/application/use-cases/read-supply.js';
import { canonicalJson, type RowKind, rows } from '@dstore/chaincode/domain';
import { openNetwork } from '@dstore/network/commands/open-network.js';
import type { NativeNetwork } from '@dstore/network/native';
import { peerHeight } from '@dstore/network/native/peer-node.js';
import type { Client } from '@grpc/grpc-js';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { digestOf, sampleBytes, sampleDigest } from '../../../demo/sample.js';
import { writeOrgs } from './org-folder.js';

/** The ledger as one organization's own peer shows it. */
export interface View {
  readonly msp: string;
  readonly ledger: FabricLedger;
}

const organizations = 4;
const kinds = Object.keys(rows) as RowKind[];

/** What `npm run network:up` brings up, in a home of its own: Fabric, disks, providers, a gateway, the watch. */
export class ConsortiumOfProcesses {
  readonly network: NativeNetwork;
  readonly views: readonly View[];
  readonly organizations: readonly string[];
  /** Names and sizes of what the gateway acknowledged. */
  readonly acknowledged = new Map<string, number>();
  readonly #folder: string;
  readonly #clients: readonly Client[];

  private constructor(
    network: NativeNetwork,
    folder: string,
    views: readonly View[],
    clients: readonly Client[],
  ) {
    this.network = network;
    this.organizations = views.map(({ msp }) => msp);
    this.views = views;
    this.#folder = folder;
    this.#clients = clients;
  }

  static async bringUp(epochSeconds: number): Promise<ConsortiumOfProcesses> {
    const folder = await mkdtemp(join(tmpdir(), 'dstore-native-'));
    const msps = await writeOrgs(join(folder, 'organizations'), organizations);
    const environment = {
      ...process.env,
      DSTORE_HOME: folder,
      DSTORE_ORGANIZATIONS: join(folder, 'organizations'),
      DSTORE_EPOCH_SECONDS: String(epochSeconds),
    };
    const network = await openNetwork({ environment, say: (line) => say(line) });
    try {
      await network.up();
      const clients = await Promise.all(msps.map((msp) => network.connect(msp)));
      const views = await Promise.all(
        msps.map(async (msp, at) => ({
          msp,
          ledger: await ledgerOf(network, clients[at] as Client, msps, [msp, 'admin']),
        })),
      );
      return new ConsortiumOfProcesses(network, folder, views, clients);
    } catch (error) {
      await network.down();
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Of everything that the network keeps. */
  get folder(): string {
    return join(this.#folder, 'network', 'native');
  }

  async close(): Promise<void> {
    for (const { ledger } of this.views) ledger.close();
    for (const client of this.#clients) client.close();
    // What was stopped by a signal does not hear that it shall end.
    for (const name of await this.network.supervisor.names())
      await this.network.supervisor.signal(name, 'SIGCONT');
    await this.network.down();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** A member's ledger through its own peer, which asks these organizations to endorse what carries transient data. */
  member(msp: string, id: string, endorsing = this.organizations): Promise<FabricLedger> {
    const client = this.#clients[this.organizations.indexOf(msp)] as Client;
    return ledgerOf(this.network, client, endorsing, [msp, id]);
  }

  /** Any answer of REST. */
  fetch(path: string, init: RequestInit & { duplex?: 'half' } = {}): Promise<Response> {
    const { url, token } = this.network.gateway ?? { url: '', token: '' };
    return fetch(`${url}${path}`, { ...init, headers: { authorization: `Bearer ${token}` } });
  }

  /** A JSON answer of REST. */
  async json<T>(path: string): Promise<T> {
    const answer = await this.fetch(path);
    const text = await answer.text();
    assert.ok(answer.ok, `${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as T;
  }

  /** Posts as the first organization's administrator; answers what REST answers. */
  async administer<T>(path: string, body: object): Promise<T> {
    const [seat] = this.network.seats;
    const token = await readFile(join(seat?.folder ?? '', 'gateway', 'gateway.admin.token'), 'utf8');
    const answer = await fetch(`${this.network.gateway?.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token.trim()}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    assert.ok(answer.ok, `${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as T;
  }

  /** Puts a sample; notes it once the gateway has acknowledged it. Rejects when it does not. */
  async put(key: string, bytes: number): Promise<void> {
    const body = ReadableStream.from(sampleBytes(key, bytes)) as unknown as ReadableStream<Uint8Array>;
    const answer = await this.fetch(pathOf(key), { method: 'PUT', body, duplex: 'half' });
    const text = await answer.text();
    if (answer.status !== 201) throw new Error(`put ${key}: ${answer.status} ${text}`);
    this.acknowledged.set(key, bytes);
  }

  /** Reads an object back; rejects when it is not what was put. */
  async check(key: string, bytes: number): Promise<void> {
    const answer = await this.fetch(pathOf(key));
    if (!answer.ok || answer.body === null)
      throw new Error(`get ${key}: ${answer.status} ${await answer.text()}`);
    assert.equal(await digestOf(answer.body), await sampleDigest(key, bytes), key);
  }

  /** Everything acknowledged reads back, no credit came or went, every peer tells the same. */
  async holdInvariants(): Promise<void> {
    for (const [key, bytes] of this.acknowledged) await this.check(key, bytes);
    const [first] = this.views;
    const supply = await until('a quiet moment', () =>
      new ReadSupply((first as View).ledger).run().catch(() => undefined),
    );
    assert.equal(supply.difference, 0n);
    const { height, hash } = await this.#agreement();
    say(`${this.acknowledged.size} objects read back; supply ${supply.minted}, difference 0`);
    say(`block ${height}: state ${hash.slice(0, 16)} on ${this.views.length} peers`);
  }

  /** Waits until all peers stand at one height while their rows are read; their hashes must be equal then. */
  async #agreement(): Promise<{ height: bigint; hash: string }> {
    return until('equal heights', async () => {
      const before = await this.#heights();
      const hashes = await Promise.all(this.views.map(({ ledger }) => stateHash(ledger)));
      const after = await this.#heights();
      const [height] = before;
      if (height === undefined || [...before, ...after].some((other) => other !== height)) return undefined;
      assert.equal(new Set(hashes).size, 1, `at block ${height}: ${hashes.join()}`);
      return { height, hash: hashes[0] as string };
    });
  }

  #heights(): Promise<(bigint | undefined)[]> {
    const { seats, shared } = this.network;
    return Promise.all(seats.map((seat) => peerHeight(shared, seat).catch(() => undefined)));
  }
}

/** Prints a line beside the tests' titles. */
export function say(line: string): void {
  console.log(`      ${line}`);
}

/** Asks again and again until there is an answer. Rejects after eight minutes, before the test's own limit would hide of what. */
export async function until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const began = performance.now();
  for (;;) {
    const found = await ask();
    const seconds = (performance.now() - began) / 1000;
    if (found !== undefined) {
      if (seconds > 5) say(`${what}: after ${seconds.toFixed(1)} s`);
      return found;
    }
    assert.ok(seconds < 480, `no ${what} within 480 s`);
    await setTimeout(300);
  }
}

const pathOf = (key: string) => `/v1/buckets/demo/objects/${key}`;

async function ledgerOf(
  network: NativeNetwork,
  client: Client,
  endorsing: readonly string[],
  [msp, id]: readonly [string, string],
): Promise<FabricLedger> {
  return new FabricLedger({
    client,
    channel: network.shared.channel,
    chaincode: 'dstore',
    identity: await network.identity(msp, id),
    endorsingOrganizations: () => endorsing,
  });
}

/** SHA-256 over every row that a peer has. */
async function stateHash(ledger: FabricLedger): Promise<string> {
  const hash = createHash('sha256');
  for (const kind of kinds)
    for await (const { parts, row } of rowsOf(ledger, kind))
      hash.update(`${canonicalJson([kind, ...parts, row])}\n`);
  return hash.digest('hex');
}
