import assert from 'node:assert/strict';
import {
  type Args,
  canonicalJson,
  keyOf,
  type LawCode,
  parseRefusal,
  roles,
  transactions,
  type TransactionName,
} from '@dstore/chaincode/domain';
import {
  Consortium,
  contentOf,
  emptyContent,
  identity,
  offerOf,
  params,
  preimageOf,
  vector,
} from '../consortium.js';
import type { Identity } from '../memory-ledger.js';

/** Everybody who might try. Those who hold every role own nothing: a role alone opens little. */
const callers = {
  outsider: identity('Org9', 'outsider', ...roles),
  stranger: identity('Org1', 'stranger', ...roles),
  revoked: identity('Org1', 'revoked', ...roles),
  suspended: identity('Org4', 'suspended', ...roles),
  member: identity('Org1', 'member'),
  everyRole: identity('Org3', 'many', ...roles),
  treasurer: identity('Org1', 'treasurer', 'treasurer'),
  admin: identity('Org1', 'admin', 'admin'),
  owner: identity('Org1', 'owner', 'owner', 'treasurer'),
  provider: identity('Org2', 'provider', 'provider'),
  agent: identity('Org2', 'agent'),
};
type Who = keyof typeof callers;
const members = ['member', 'everyRole', 'treasurer', 'admin', 'owner', 'provider', 'agent'] as const;

/** Refused whatever they try, and why. */
const barred: Partial<Record<Who, LawCode>> = {
  outsider: 'organization-unknown',
  stranger: 'member-unknown',
  revoked: 'member-revoked',
  suspended: 'org-suspended',
};

const note = 'a1'.repeat(16);

interface Scene {
  readonly world: Consortium;
  readonly leases: Readonly<Record<'held' | 'empty', string>>;
  readonly by: Identity;
}

interface Rule<N extends TransactionName> {
  /** Members who may; by default all of them. */
  readonly may?: readonly Who[];
  /** What other members are told. */
  readonly others?: LawCode;
  /** Where the barred are not, or told something else. */
  readonly exceptions?: Partial<Record<Who, LawCode | 'may'>>;
  readonly args: (scene: Scene) => Args<N>;
  /** What must have happened before. */
  readonly before?: (world: Consortium, leases: Scene['leases']) => unknown;
  readonly transient?: (scene: Scene) => Promise<Record<string, Uint8Array>>;
}

const proposed = { proposalId: '', digest: '' };
const propose = async (world: Consortium, votes: number) => {
  const body = { kind: 'admit', organization: 'Org8' } as const;
  const [chair] = world.admins as [Identity];
  const closesAt = world.epoch + 5n;
  Object.assign(proposed, await world.ledger.submit(chair, 'GovernanceContract:Propose', { body, closesAt }));
  for (const admin of world.admins.slice(0, votes))
    await world.ledger.submit(admin, 'GovernanceContract:Vote', { ...proposed, vote: 'yes' });
};
const admins: { may: readonly Who[]; others: LawCode } = {
  may: ['everyRole', 'admin'],
  others: 'role-missing',
};
const owner: { may: readonly Who[]; others: LawCode } = { may: ['owner'], others: 'not-owner' };
const provider: { may: readonly Who[]; others: LawCode } = { may: ['provider'], others: 'not-provider' };
const loss = { index: 0n, entry: { digest: '11'.repeat(32), size: 64 } };

/** The golden table: every transaction of the law, and who may. */
const rules: { readonly [N in TransactionName]: Rule<N> } = {
  'GovernanceContract:Found': {
    ...admins,
    // Nobody is enlisted yet: the certificate's role is all there is.
    exceptions: { stranger: 'may', revoked: 'may', suspended: 'may' },
    before: ({ ledger }) => ledger.state.clear(),
    args: () => ({ organizations: ['Org1', 'Org2', 'Org3', 'Org4'], params }),
  },
  'GovernanceContract:Propose': {
    ...admins,
    args: ({ world }) => ({ body: { kind: 'admit', organization: 'Org8' }, closesAt: world.epoch + 1n }),
  },
  'GovernanceContract:Vote': {
    ...admins,
    before: (world) => propose(world, 0),
    args: () => ({ ...proposed, vote: 'yes' }),
  },
  'GovernanceContract:Enact': {
    before: (world) => propose(world, 3),
    args: () => ({ proposalId: proposed.proposalId }),
  },
  'MemberContract:Enlist': { exceptions: { stranger: 'may' }, args: () => ({}) },
  'MemberContract:SetState': {
    ...admins,
    // Org3's admin finds nobody of Org1 in its own organization.
    may: ['admin'],
    exceptions: { everyRole: 'member-unknown' },
    args: () => ({ id: 'member', state: 'revoked' }),
  },
  'BeaconContract:Anchor': {
    ...admins,
    args: ({ world }) => ({ anchor: '77'.repeat(32), from: world.epoch + 2n, length: 5n }),
  },
  'BeaconContract:BeginReveal': {
    before: (world) => (world.ledger.now += 80),
    args: ({ world }) => ({ epoch: world.epoch }),
  },
  'BeaconContract:Reveal': {
    before: (world) => world.beginReveal(),
    args: ({ world, by }) => ({ epoch: world.epoch + 1n, preimage: preimageOf(by.msp, world.epoch + 1n) }),
  },
  'BeaconContract:OpenEpoch': {
    before: async (world) => {
      await world.beginReveal();
      for (const admin of world.admins.slice(0, 3)) await world.reveal(admin);
      world.ledger.now += 20;
    },
    args: ({ world }) => ({ epoch: world.epoch + 1n }),
  },
  'DiskContract:Offer': { may: ['everyRole', 'provider'], others: 'role-missing', args: () => offerOf('d7') },
  'DiskContract:Change': { ...provider, args: () => ({ diskId: 'd1', price: 7n }) },
  'DiskContract:FundPool': { ...provider, args: () => ({ diskId: 'd1', amount: 5n, notes: [note] }) },
  'DiskContract:DrawPool': { ...provider, args: () => ({ diskId: 'd1', amount: 5n }) },
  'LeaseContract:OpenLease': {
    ...owner,
    args: () => ({
      vaultId: 'v',
      leases: [{ diskId: 'd1', capacityBytes: 1n << 30n, termEpochs: 2n, maxPrice: 100n, minCollateral: 0n }],
      notes: [note],
    }),
  },
  'LeaseContract:ExtendLease': {
    ...owner,
    args: ({ leases }) => ({ leaseId: leases.held, termEpochs: 2n, notes: [note] }),
  },
  'LeaseContract:ResizeLease': {
    ...owner,
    args: ({ leases }) => ({ leaseId: leases.held, capacityBytes: 1n << 29n, notes: [note] }),
  },
  'LeaseContract:CloseLease': {
    ...owner,
    others: 'lease-not-ended',
    args: ({ leases }) => ({ leaseId: leases.empty }),
  },
  'LeaseContract:CallDefault': {
    before: (world) => world.turn(4, ['Org4']),
    args: ({ leases }) => ({ leaseId: leases.held }),
  },
  'LeaseContract:RenewPolicies': { args: ({ leases }) => ({ leaseIds: [leases.held] }) },
  'VaultContract:CreateVault': {
    may: ['everyRole', 'owner'],
    others: 'role-missing',
    args: () => ({ vaultId: 'w' }),
  },
  'VaultContract:Commit': {
    ...owner,
    args: ({ world, leases }) => ({
      vaultId: 'v',
      expectedRevision: 1n,
      head: '',
      contents: [world.step(leases.held, emptyContent(2n))],
    }),
  },
  'AuditContract:SubmitProofs': {
    ...provider,
    may: ['agent'],
    args: ({ world }) => ({ epoch: world.epoch, diskId: 'd1' }),
    transient: ({ world, leases }) => world.bundle(leases.held, vector),
  },
  'AuditContract:ReportLoss': {
    ...provider,
    may: ['agent'],
    args: ({ leases }) => ({ leaseId: leases.held, losses: [loss] }),
  },
  'AuditContract:WaiveLoss': {
    ...owner,
    before: ({ ledger, agent }, leases) =>
      ledger.submit(agent, 'AuditContract:ReportLoss', { leaseId: leases.held, losses: [loss] }),
    args: ({ leases }) => ({ leaseId: leases.held, digests: [loss.entry.digest] }),
  },
  'TokenContract:Transfer': {
    args: () => ({ notes: [note], outputs: [{ to: { msp: 'Org2', id: 'agent' }, amount: 1_000_000n }] }),
  },
  'TokenContract:Burn': {
    may: ['everyRole', 'treasurer', 'owner'],
    others: 'role-missing',
    args: () => ({ notes: [note], amount: 1n }),
  },
  'TokenContract:CollectEarnings': {
    ...provider,
    before: (world, leases) => world.submitProof(leases.held, vector),
    args: ({ leases }) => ({ leaseIds: [leases.held] }),
  },
};

/** What a caller is told: that it may, or the code of its refusal. */
async function outcome<N extends TransactionName>(scene: Scene, name: N, rule: Rule<N>) {
  const transient = await rule.transient?.(scene);
  try {
    await scene.world.ledger.call(scene.by, name, canonicalJson(rule.args(scene)), transient);
    return 'may';
  } catch (error) {
    return parseRefusal((error as Error).message)?.code ?? String(error);
  }
}

function expectedOf<N extends TransactionName>(rule: Rule<N>, who: Who): string {
  const may = (rule.may ?? members).includes(who) ? 'may' : rule.others;
  return rule.exceptions?.[who] ?? barred[who] ?? may ?? '';
}

describe('contracts/authority', () => {
  let world: Consortium;
  let leases: Scene['leases'];
  let start: { state: Map<string, Buffer>; now: number };
  const snapshot = () => ({ state: new Map(world.ledger.state), now: world.ledger.now });
  const restore = ({ state, now }: typeof start) => {
    world.ledger.state.clear();
    for (const [key, value] of state) world.ledger.state.set(key, value);
    world.ledger.now = now;
  };

  before(async () => {
    world = await Consortium.trading();
    for (const by of [
      callers.member,
      callers.everyRole,
      callers.treasurer,
      callers.revoked,
      callers.suspended,
    ])
      await world.ledger.submit(by, 'MemberContract:Enlist', {});
    leases = { held: await world.open(), empty: await world.open() };
    await world.commit(leases.held, contentOf(vector, 1n));
    await world.turn();
    await world.ledger.submit(callers.admin, 'MemberContract:SetState', { id: 'revoked', state: 'revoked' });
    await world.enact({ kind: 'suspend', organization: 'Org4' });
    for (const { msp, id } of Object.values(callers))
      world.ledger.state.set(keyOf('note', [msp, id, note]), Buffer.from('{"amount":"1000000","v":1}'));
    start = snapshot();
  });

  it('A-39 lists every transaction of the law', () => {
    assert.deepEqual(Object.keys(rules).sort(), Object.keys(transactions).sort());
  });

  for (const name of Object.keys(rules) as TransactionName[])
    it(`A-39 A-61 lets nobody else but those in the table call ${name}`, async () => {
      restore(start);
      const rule = rules[name] as Rule<TransactionName>;
      await rule.before?.(world, leases);
      const arranged = snapshot();
      const told: Partial<Record<Who, string>> = {};
      const expected: Partial<Record<Who, string>> = {};
      for (const who of Object.keys(callers) as Who[]) {
        restore(arranged);
        told[who] = await outcome({ world, leases, by: callers[who] }, name, rule);
        expected[who] = expectedOf(rule, who);
      }
      assert.deepEqual(told, expected);
    });
});
