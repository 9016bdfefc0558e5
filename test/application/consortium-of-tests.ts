import { LocalCodec } from '@dstore/application/adapters/threads/local-codec.js';
import assert from 'node:assert/strict';
// Before the contracts: it silences the libraries that report every decorator while they load.
import { EmbeddedNetwork } from '@dstore/network/embedded';
import { contracts } from '@dstore/chaincode';
import { createPublicKey, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FabricLedger } from '@dstore/application/adapters/fabric/fabric-ledger.js';
import { SystemRandom } from '@dstore/application/adapters/system/system-random.js';
import { type OpenOwner, openOwner } from '@dstore/application/compose-vault.js';
import { BeaconChain } from '@dstore/application/core/beacon-chain.js';
import type { LeasePolicy } from '@dstore/application/core/lease-policy.js';
import { VaultKeys } from '@dstore/application/core/vault-keys.js';
import type { Codec } from '@dstore/application/ports/codec.js';
import type { Doors } from '@dstore/application/ports/door.js';
import { rowsOf } from '@dstore/application/ports/ledger.js';
import { FoundConsortium } from '@dstore/application/use-cases/found-consortium.js';
import { OfferDisk } from '@dstore/application/use-cases/offer-disk.js';
import { ReadSupply } from '@dstore/application/use-cases/read-supply.js';
import { TurnEpoch } from '@dstore/application/use-cases/turn-epoch.js';
import type { Params, Row, Verdict } from '@dstore/chaincode/domain';
import { type Identity, signLowS } from '@dstore/organizations';

import { followClock } from './clock-date.js';
import { FragileDisk, ProviderOfTests, silentDoor } from './provider-of-tests.js';
import { demoParams } from './rows.js';
import { TappedLedger } from './tapped-ledger.js';
import { VirtualClock } from './virtual-clock.js';
import { KeptLog } from './workers/surroundings.js';

/** What each disk offers: rent of 100 credits an epoch for a lease of 1 GiB, with 1,000 credits of collateral. */
export const offered = { capacityBytes: 4n << 30n, price: 100n, collateralRate: 1000n };

/** One lease of 1 GiB on every disk, for 100 epochs. */
export const onePolicy: LeasePolicy = {
  maxPrice: 100n,
  minCollateralRate: 1000n,
  termEpochs: 100n,
  capacityBytes: 1n << 30n,
  headroomBytes: 0n,
};

/** How a consortium of tests is opened. */
export interface ConsortiumOptions {
  /** Organizations, each with one disk; four give stripes of (2, 2). */
  readonly organizations?: number;
  /** Changes of those of the demo; 6 challenges unless given. */
  readonly params?: Partial<Params>;
  readonly diskOf?: (diskId: string) => FragileDisk;
}

/** How a gateway of tests is opened. */
export interface OwnerOptions {
  readonly vaultId?: string;
  /** The catalog lies in it; a fresh one unless given. */
  readonly folder?: string;
  readonly policy?: Partial<LeasePolicy>;
  readonly acceptLoss?: boolean;
  /** One on this thread unless given; stays the test's to close. */
  readonly codec?: Codec;
}

const ownerCredits = 1_000_000n;
const providerCredits = 10_000n;
const chainLength = 600;

/** A gateway's inside: what compose makes, and short words for what tests do with it. */
export class OwnerOfTests {
  readonly folder: string;
  readonly ledger: TappedLedger;
  readonly open: OpenOwner;
  readonly log: KeptLog;

  constructor(parts: Pick<OwnerOfTests, 'folder' | 'ledger' | 'open' | 'log'>) {
    this.folder = parts.folder;
    this.ledger = parts.ledger;
    this.open = parts.open;
    this.log = parts.log;
  }

  put(key: string, bytes: Uint8Array, bucket = 'bucket') {
    return this.open.useCases.putObject.run({ bucket, key, body: onePiece(bytes) });
  }

  async get(key: string, bucket = 'bucket'): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for await (const piece of this.open.useCases.getObject.run({ bucket, key }).body) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  makeBucket() {
    return this.open.useCases.changeBucket.make('bucket', {});
  }

  /** The vault's lease on a disk. */
  async lease(diskId: string): Promise<Row<'lease'>> {
    for await (const { row } of rowsOf(this.ledger, 'lease'))
      if (row.diskId === diskId && row.vaultId === this.open.vault.means.vaultId) return row;
    throw new Error(`no lease on ${diskId}`);
  }

  async tab(diskId: string): Promise<Row<'tab'>> {
    const tab = await this.ledger.read('tab', (await this.lease(diskId)).leaseId);
    assert.ok(tab);
    return tab;
  }

  /** Sum of the owner's notes. */
  async credits(): Promise<bigint> {
    return creditsOf(this.ledger);
  }
}

/** Sum of the caller's notes. */
export async function creditsOf(ledger: TappedLedger): Promise<bigint> {
  let sum = 0n;
  for await (const { row } of rowsOf(ledger, 'note', [ledger.caller.msp, ledger.caller.id]))
    sum += row.amount;
  return sum;
}

async function* onePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/**
 * A whole consortium in one process, without sockets and without waiting: the real law on the embedded network, the real
 * use cases of providers and owners, a disk in memory for each organization. Its clock stands still until a test moves it.
 */
export class ConsortiumOfTests {
  readonly clock = new VirtualClock();
  readonly providers: ProviderOfTests[] = [];
  readonly master = randomBytes(32);
  readonly folder: string;
  #network!: EmbeddedNetwork;
  readonly #keepers: { readonly ledger: TappedLedger; readonly turnEpoch: TurnEpoch }[] = [];
  readonly #ledgers = new Map<string, { ledger: TappedLedger; identity: Identity }>();
  readonly #owners: OwnerOfTests[] = [];
  /** Of gateways, those that are gone too: a new one must not find an old one's catalog. */
  #folders = 0;
  readonly #restoreDate: () => void;

  private constructor(folder: string) {
    this.folder = folder;
    this.#restoreDate = followClock(this.clock);
  }

  /** Founded, with every disk offered and credits for the owner and the providers. */
  static async open(options: ConsortiumOptions = {}): Promise<ConsortiumOfTests> {
    const consortium = new ConsortiumOfTests(await mkdtemp(join(tmpdir(), 'consortium-')));
    try {
      await consortium.#found(options);
      return consortium;
    } catch (error) {
      await consortium.close();
      throw error;
    }
  }

  get network(): EmbeddedNetwork {
    return this.#network;
  }

  /** An admin's ledger, for whatever only reads. */
  get ledger(): TappedLedger {
    return this.#keepers[0]?.ledger as TappedLedger;
  }

  /** Every ledger that was opened, to tap them all. */
  get ledgers(): TappedLedger[] {
    return [...this.#ledgers.values()].map(({ ledger }) => ledger);
  }

  provider(diskId: string): ProviderOfTests {
    const provider = this.providers.find((one) => one.diskId === diskId);
    assert.ok(provider, diskId);
    return provider;
  }

  /** The ledger as a member sees it, who is enrolled at the first call. */
  async member(msp: string, id: string, ...roles: string[]) {
    const key = `${msp}/${id}`;
    const known = this.#ledgers.get(key);
    if (known !== undefined) return known;
    const network = this.#network;
    const identity = await network.authority(msp).issueIdentity({ id, type: 'client', roles });
    const fabric = new FabricLedger({
      client: network.client(),
      channel: network.channel,
      chaincode: network.chaincodeName,
      identity,
      endorsingOrganizations: () => network.organizations,
    });
    const member = { ledger: new TappedLedger(fabric), identity };
    this.#ledgers.set(key, member);
    return member;
  }

  /** A gateway of the owner, with a lease on every disk. */
  async openOwner(options: OwnerOptions = {}): Promise<OwnerOfTests> {
    const { vaultId = 'v' } = options;
    const folder = options.folder ?? join(this.folder, `gateway${(this.#folders += 1)}`);
    await mkdir(folder, { recursive: true });
    const { ledger: account } = await this.member('Org1', 'owner', 'owner', 'treasurer');
    const ledger = new TappedLedger(account);
    const log = new KeptLog();
    const open = await openOwner({
      vaultId,
      folder,
      ledger,
      doors: this.doorsFor(ledger.caller),
      keyring: new VaultKeys(this.master, vaultId, 0),
      codec: options.codec ?? new LocalCodec(64 << 20),
      tokens: {
        find: async () => undefined,
        list: async () => [],
        keep: async () => undefined,
        change: async () => undefined,
        remove: async () => false,
      },
      policy: { ...onePolicy, ...options.policy },
      repairBytesPerSecond: Infinity,
      acceptLoss: options.acceptLoss ?? false,
      clock: this.clock,
      random: new SystemRandom(),
      log,
    });
    await open.keepLeases.run();
    const owner = new OwnerOfTests({ folder, ledger, open, log });
    this.#owners.push(owner);
    return owner;
  }

  /** The providers' doors as one member finds them. */
  doorsFor(caller: { readonly msp: string; readonly id: string }): Doors {
    return {
      at: (url) => this.providers.find((provider) => provider.url === url)?.doorFor(caller) ?? silentDoor,
      close: async () => undefined,
    };
  }

  async epoch(): Promise<bigint> {
    return (await this.ledger.read('epoch'))?.number ?? 0n;
  }

  /** Moves the clock until the next epoch opens; answers its number. */
  async turnEpoch(): Promise<bigint> {
    const before = await this.epoch();
    while ((await this.epoch()) === before) {
      const turns = [];
      for (const { turnEpoch } of this.#keepers) turns.push(await turnEpoch.run());
      const waits = turns.flatMap((turn) => (turn.step === 'wait' ? [turn.milliseconds] : []));
      if (waits.length === turns.length) await this.clock.advance(Math.max(1000, Math.min(...waits)));
    }
    await this.clock.advance(2000);
    return before + 1n;
  }

  /** Lets every provider that is well prove now. */
  async prove(): Promise<Map<string, Verdict[]>> {
    const verdicts = new Map<string, Verdict[]>();
    for (const provider of this.providers)
      if (provider.mood === 'well') verdicts.set(provider.diskId, await provider.answerChallenges.run());
    return verdicts;
  }

  /** Turns the epoch, and lets every provider that is well prove. */
  async nextEpoch(): Promise<Map<string, Verdict[]>> {
    await this.turnEpoch();
    return this.prove();
  }

  /** I1: minted less burned is all that anybody holds, to the unit. */
  async assertSupply(): Promise<void> {
    assert.equal((await new ReadSupply(this.ledger).run()).difference, 0n);
  }

  /** I7: no disk holds a shard that no receipt covers or that no lease names. */
  async assertNoResidue(): Promise<void> {
    for (const { diskId, disk, book, uncommittedBytes } of this.providers) {
      assert.equal(uncommittedBytes, 0n, diskId);
      for (const digest of await disk.digests()) assert.ok(book.names(digest), `${diskId} holds ${digest}`);
    }
  }

  /** I13: provider, gateway and ledger have the same content of every lease of a gateway. */
  async assertMirrors(owner: OwnerOfTests): Promise<void> {
    for (const { leaseId, diskId, vector, revision } of owner.open.vault.layouts.values()) {
      const { followCommits, leased } = this.provider(diskId);
      await followCommits.run();
      const tip = await this.ledger.read('tip', leaseId);
      const content = await this.ledger.read('content', leaseId, String(tip?.epoch));
      const { root, count, bytes } = vector;
      assert.deepEqual(content, { revision, root, count: BigInt(count), bytes }, diskId);
      assert.equal(leased.vector(leaseId).root, root, diskId);
    }
  }

  /** Turns epochs until no receipt of now counts any more, and lets providers delete what they may. */
  async lapse(): Promise<void> {
    for (let turned = 0; turned < 4; turned += 1) await this.nextEpoch();
    for (const provider of this.providers) {
      await provider.followCommits.run();
      await provider.sweepDisk.run();
    }
  }

  async close(): Promise<void> {
    for (const owner of this.#owners) await owner.open.close();
    for (const provider of this.providers) await provider.close();
    for (const { ledger } of this.#ledgers.values()) ledger.close();
    await this.#network?.close();
    this.#restoreDate();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** A gateway whose process was killed: it is never heard of again. */
  forget(owner: OwnerOfTests): void {
    this.#owners.splice(this.#owners.indexOf(owner), 1);
  }

  async #found({ organizations = 4, params = {}, diskOf = () => new FragileDisk() }: ConsortiumOptions) {
    const all: Params = { ...demoParams, challenges: 6, ...params };
    const msps = Array.from({ length: organizations }, (_, index) => `Org${index + 1}`);
    this.#network = await EmbeddedNetwork.open({
      directory: join(this.folder, 'network'),
      channel: 'dstore',
      chaincodeName: 'dstore',
      organizations: msps,
      contracts,
      timeWindowSeconds: Number(all.timeWindowSeconds),
      now: () => this.clock.now(),
    });
    const owner = (await this.member('Org1', 'owner', 'owner', 'treasurer')).ledger;
    const seats = await Promise.all(msps.map((msp) => this.#seat(msp)));
    const rest = await Promise.all(
      msps.map(async (msp, index) => [
        (await this.member(msp, 'provider', 'provider')).ledger,
        (await this.member(msp, `d${index + 1}`, 'provider')).ledger,
      ]),
    );
    const amount = ownerCredits + BigInt(organizations) * providerCredits;
    await new FoundConsortium({
      params: all,
      seats,
      members: [...seats.map(({ admin }) => admin), owner, ...rest.flat()],
      allotments: [{ to: owner.caller, amount }],
    }).run();
    await this.#endow(owner, msps);
    for (const [index, msp] of msps.entries()) await this.#offer(msp, `d${index + 1}`, diskOf);
  }

  /** An admin with a short chain of beacon values: hashing a long one takes longer than most tests. */
  async #seat(msp: string) {
    const { ledger } = await this.member(msp, 'admin', 'admin');
    const secret = randomBytes(32);
    const { anchor } = new BeaconChain(secret, chainLength);
    const secrets = { get: async () => secret };
    this.#keepers.push({ ledger, turnEpoch: new TurnEpoch(ledger, this.clock, secrets) });
    const run = () =>
      ledger.submit('BeaconContract:Anchor', { anchor, from: 1n, length: BigInt(chainLength) });
    return { admin: ledger, keepAnchor: { run } };
  }

  async #endow(owner: TappedLedger, msps: readonly string[]): Promise<void> {
    const notes: string[] = [];
    for await (const { parts } of rowsOf(owner, 'note', ['Org1', 'owner'])) notes.push(parts[2] ?? '');
    const outputs = [
      { to: owner.caller, amount: ownerCredits },
      ...msps.map((msp) => ({ to: { msp, id: 'provider' }, amount: providerCredits })),
    ];
    await owner.submit('TokenContract:Transfer', { notes, outputs });
  }

  async #offer(msp: string, diskId: string, diskOf: (diskId: string) => FragileDisk): Promise<void> {
    const { ledger, identity } = await this.member(msp, diskId);
    const cashier = (await this.member(msp, 'provider')).ledger;
    const sign = async (message: Uint8Array) => signLowS(identity.privateKey, message);
    const disk = diskOf(diskId);
    const parts = { diskId, ledger, cashier, agent: { sign }, clock: this.clock, disk };
    const provider = await ProviderOfTests.open(parts);
    this.providers.push(provider);
    const agentKey = createPublicKey(identity.certificate)
      .export({ type: 'spki', format: 'der' })
      .toString('base64');
    const site = `site-${diskId}`;
    const offer = { diskId, site, region: 'eu', door: provider.url, agent: diskId, agentKey, ...offered };
    await new OfferDisk(cashier).run(offer, 4000n);
  }
}
