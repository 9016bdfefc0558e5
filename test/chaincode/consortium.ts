import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import {
  type Args,
  blake3,
  type Content,
  type Entry,
  emptyRoot,
  encodeBundle,
  hashChain,
  lowDer,
  type Offer,
  type Params,
  prove,
  receiptBytes,
  type Role,
  type Row,
  ShardVector,
} from '@dstore/chaincode/domain';
import { type Identity, MemoryLedger } from './memory-ledger.js';

/** Parameters small enough to live through. */
export const params: Params = {
  epochLengthSeconds: 100n,
  revealLengthSeconds: 20n,
  revealGraceSeconds: 20n,
  challenges: 4,
  missLimit: 3,
  missesInWindow: 6,
  missWindow: 24,
  cureEpochs: 2n,
  graceEpochs: 2n,
  noticeEpochs: 1n,
  receiptEpochs: 2n,
  receiptsOpen: 8,
  uncommittedTtlSeconds: 3600n,
  bundleEpochs: 168n,
  withholdLimit: 3,
  timeWindowSeconds: 10n,
};

export const gibibyte = 1n << 30n;
const chainLength = 500n;

export function identity(msp: string, id: string, ...roles: Role[]): Identity {
  return { msp, id, roles };
}

const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
/** The key that all disks of the tests sign receipts with. */
export const agentKey = keys.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');

export function signed(message: Uint8Array, key = keys.privateKey): string {
  return lowDer(sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' })).toString('base64');
}

/** What Org2 offers unless a test says otherwise: 100 credits of rent and 1,000 of collateral per GiB. */
export function offerOf(
  diskId: string,
  change: Partial<Omit<Offer, 'state'>> = {},
): Args<'DiskContract:Offer'> {
  const offer = { site: 's', region: 'r', door: 'https://door.example:1', agent: 'agent', agentKey };
  return { diskId, ...offer, capacityBytes: 10n * gibibyte, price: 100n, collateralRate: 1000n, ...change };
}

/** Organizations over a {@link MemoryLedger}: an owner in Org1, a provider in Org2 with disk d1 and a funded pool. */
export class Consortium {
  readonly ledger = new MemoryLedger();
  readonly owner = identity('Org1', 'owner', 'owner', 'treasurer');
  readonly provider = identity('Org2', 'provider', 'provider');
  readonly agent = identity('Org2', 'agent');
  readonly admins: readonly Identity[];

  private constructor(organizations: number) {
    this.admins = Array.from({ length: organizations }, (_, at) =>
      identity(`Org${at + 1}`, 'admin', 'admin'),
    );
  }

  /** Founded, in epoch 0, everybody enlisted, nothing minted. */
  static async founded(organizations = 4): Promise<Consortium> {
    const it = new Consortium(organizations);
    const [chair] = it.admins as [Identity];
    const msps = it.admins.map(({ msp }) => msp);
    await it.ledger.submit(chair, 'GovernanceContract:Found', { organizations: msps, params });
    const members = [...it.admins, it.owner, ...(organizations > 1 ? [it.provider, it.agent] : [])];
    for (const member of members) await it.ledger.submit(member, 'MemberContract:Enlist', {});
    for (const admin of it.admins)
      await it.ledger.submit(admin, 'BeaconContract:Anchor', {
        anchor: anchorOf(admin.msp),
        from: 1n,
        length: chainLength,
      });
    await it.ledger.submit(chair, 'BeaconContract:OpenEpoch', { epoch: 0n });
    return it;
  }

  /** Founded, both sides rich, disk d1 offered, its pool filled, vault v made. */
  static async trading(organizations = 4): Promise<Consortium> {
    const it = await Consortium.founded(organizations);
    await it.mint(it.owner, 1_000_000n);
    await it.mint(it.provider, 1_000_000n);
    await it.ledger.submit(it.provider, 'DiskContract:Offer', offerOf('d1'));
    const notes = it.ledger.notesOf(it.provider);
    await it.ledger.submit(it.provider, 'DiskContract:FundPool', { diskId: 'd1', amount: 50_000n, notes });
    await it.ledger.submit(it.owner, 'VaultContract:CreateVault', { vaultId: 'v' });
    return it;
  }

  get epoch(): bigint {
    return (this.ledger.row('epoch') as Row<'epoch'>).number;
  }

  async mint(to: Identity, amount: bigint): Promise<void> {
    await this.enact({ kind: 'mint', to: { msp: to.msp, id: to.id }, amount });
  }

  /** Proposes, lets everybody vote yes, enacts. */
  async enact(body: Row<'proposal'>['body']): Promise<void> {
    const [chair] = this.admins as [Identity];
    const closesAt = this.epoch + 10n;
    const { proposalId, digest } = await this.ledger.submit(chair, 'GovernanceContract:Propose', {
      body,
      closesAt,
    });
    for (const admin of this.admins)
      if (this.ledger.row('org', admin.msp)?.state === 'active')
        await this.ledger.submit(admin, 'GovernanceContract:Vote', { proposalId, digest, vote: 'yes' });
    await this.ledger.submit(chair, 'GovernanceContract:Enact', { proposalId });
  }

  async beginReveal(): Promise<void> {
    const { openedAt } = this.ledger.row('epoch') as Row<'epoch'>;
    this.ledger.now = Math.max(this.ledger.now, Number(openedAt + 80n));
    await this.ledger.submit(this.admins[0] as Identity, 'BeaconContract:BeginReveal', { epoch: this.epoch });
  }

  async reveal(admin: Identity): Promise<void> {
    const epoch = this.epoch + 1n;
    const preimage = preimageOf(admin.msp, epoch);
    await this.ledger.submit(admin, 'BeaconContract:Reveal', { epoch, preimage });
  }

  /** Turns the epoch so many times, with everybody's reveals but the silent ones'. */
  async turn(times = 1, silent: readonly string[] = []): Promise<void> {
    for (let i = 0; i < times; i += 1) {
      if (this.ledger.row('epoch')?.phase === 'open') await this.beginReveal();
      for (const admin of this.admins) if (!silent.includes(admin.msp)) await this.reveal(admin);
      this.ledger.now += silent.length > 0 ? 60 : 20;
      await this.ledger.submit(this.admins[0] as Identity, 'BeaconContract:OpenEpoch', {
        epoch: this.epoch + 1n,
      });
    }
  }

  async open(change: Partial<Args<'LeaseContract:OpenLease'>['leases'][number]> = {}): Promise<string> {
    const wish = {
      diskId: 'd1',
      capacityBytes: gibibyte,
      termEpochs: 10n,
      maxPrice: 100n,
      minCollateral: 0n,
    };
    const { leaseIds } = await this.ledger.submit(this.owner, 'LeaseContract:OpenLease', {
      vaultId: 'v',
      leases: [{ ...wish, ...change }],
      notes: this.ledger.notesOf(this.owner),
    });
    assert.equal(leaseIds.length, 1);
    return leaseIds[0] as string;
  }

  tab(leaseId: string): Row<'tab'> {
    return this.ledger.row('tab', leaseId) as Row<'tab'>;
  }

  lease(leaseId: string): Row<'lease'> {
    return this.ledger.row('lease', leaseId) as Row<'lease'>;
  }

  /** A receipt of d1's agent and the commit argument that holds it. */
  step(leaseId: string, content: Content, lastEpoch = this.epoch + 2n) {
    const message = receiptBytes('dstore', { leaseId, diskId: 'd1', content, lastEpoch });
    return { leaseId, content, lastEpoch, receipt: signed(message) };
  }

  async commit(leaseId: string, content: Content): Promise<void> {
    const expectedRevision = this.ledger.row('vault', 'v')?.revision ?? 0n;
    const contents = [this.step(leaseId, content)];
    await this.ledger.submit(this.owner, 'VaultContract:Commit', {
      vaultId: 'v',
      expectedRevision,
      head: 'aGVhZA==',
      contents,
    });
  }

  /** What the agent would send for a lease that holds this vector. */
  async bundle(
    leaseId: string,
    vector = ShardVector.of(),
    read: (entry: Entry) => Uint8Array | undefined = shardOf,
  ) {
    const seed = (this.ledger.row('epochs', this.epoch.toString()) as Row<'epochs'>).seed;
    const { challenges } = this.lease(leaseId).pinned;
    const { losses } = this.tab(leaseId);
    const question = { channel: 'dstore', seed, epoch: this.epoch, leaseId, challenges, losses };
    const proving = await prove(question, vector, async (entry) => read(entry));
    assert.ok('proof' in proving);
    return { bundle: encodeBundle([proving.proof]) };
  }

  async submitProof(leaseId: string, vector = ShardVector.of()) {
    const transient = await this.bundle(leaseId, vector);
    const args = { epoch: this.epoch, diskId: 'd1' };
    const { verdicts } = await this.ledger.submit(this.agent, 'AuditContract:SubmitProofs', args, transient);
    return verdicts[0];
  }

  /** Credits everywhere they may be, and what was minted less what was burnt. */
  supply(): { held: bigint; issued: bigint } {
    const sum = (amounts: bigint[]) => amounts.reduce((total, amount) => total + amount, 0n);
    const { ledger } = this;
    return {
      held: sum([
        ...ledger.rowsOf('note').map(({ row }) => row.amount),
        ...ledger.rowsOf('tab').map(({ row }) => row.escrow + row.earned + row.collateral),
        ...ledger.rowsOf('pool').map(({ row }) => row.collateral),
      ]),
      issued: sum([
        ...ledger.rowsOf('mint').map(({ row }) => row.amount),
        ...ledger.rowsOf('burn').map(({ row }) => -row.amount),
      ]),
    };
  }
}

const shards = [1, 2, 3].map((fill) => Buffer.alloc(5000, fill));

/** A vector of three shards of 5,000 bytes. */
export const vector = ShardVector.of(
  shards.map((shard) => ({ digest: blake3(shard).toString('hex'), size: shard.length })),
);

/** The bytes of a shard of {@link vector}. */
export function shardOf(entry: Entry): Uint8Array | undefined {
  return shards.find((shard) => blake3(shard).toString('hex') === entry.digest);
}

export function contentOf(of: ShardVector, revision: bigint): Content {
  return { revision, root: of.root, count: BigInt(of.count), bytes: of.bytes };
}

export const emptyContent = (revision: bigint): Content => ({
  revision,
  root: emptyRoot,
  count: 0n,
  bytes: 0n,
});

/** What an organization of a {@link Consortium} reveals for an epoch. */
export function preimageOf(msp: string, epoch: bigint): string {
  return hashChain(secretOf(msp), chainLength - epoch);
}

function secretOf(msp: string): string {
  return Buffer.from(msp.padEnd(32, '.')).toString('hex');
}

function anchorOf(msp: string): string {
  return hashChain(secretOf(msp), chainLength);
}
