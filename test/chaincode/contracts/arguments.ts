import {
  type Args,
  canonicalJson,
  defaultParams,
  emptyRoot,
  type JsonValue,
  reads,
  type Shape,
  type TransactionName,
  transactions,
} from '@dstore/chaincode/domain';

/** A method of the law: a transaction, or a read. */
export type MethodName = TransactionName | keyof typeof reads;

const id = '01'.repeat(16);
const digest = 'ab'.repeat(32);
const account = { msp: 'Org1', id: 'owner' };
const key = Buffer.alloc(91, 1).toString('base64');

/** An argument of every transaction with every member it may have, optional ones too; each passes its shape. */
export const fullArguments: { readonly [N in TransactionName]: Args<N> } = {
  'GovernanceContract:Found': { organizations: ['Org1', 'Org2'], params: defaultParams },
  'GovernanceContract:Propose': {
    body: {
      kind: 'mint',
      to: account,
      amount: 5n,
      changes: { challenges: 9, cureEpochs: 3n },
      organization: 'Org2',
    },
    closesAt: 9n,
  },
  'GovernanceContract:Vote': { proposalId: id, digest, vote: 'yes' },
  'GovernanceContract:Enact': { proposalId: id },
  'MemberContract:Enlist': { hpkeKey: Buffer.alloc(65, 4).toString('base64') },
  'MemberContract:SetState': { id: 'owner', state: 'active' },
  'BeaconContract:Anchor': { anchor: digest, from: 9n, length: 10n },
  'BeaconContract:BeginReveal': { epoch: 9n },
  'BeaconContract:Reveal': { epoch: 9n, preimage: digest },
  'BeaconContract:OpenEpoch': { epoch: 9n },
  'DiskContract:Offer': {
    diskId: 'd1',
    site: 's',
    region: 'r',
    door: 'https://door:1',
    agent: 'agent',
    agentKey: key,
    capacityBytes: 5n,
    price: 6n,
    collateralRate: 7n,
  },
  'DiskContract:Change': {
    diskId: 'd1',
    state: 'paused',
    door: 'https://door:1',
    agentKey: key,
    capacityBytes: 5n,
    price: 6n,
    collateralRate: 7n,
  },
  'DiskContract:FundPool': { diskId: 'd1', amount: 5n, notes: [id] },
  'DiskContract:DrawPool': { diskId: 'd1', amount: 5n },
  'LeaseContract:OpenLease': {
    vaultId: 'v',
    leases: [{ diskId: 'd1', capacityBytes: 5n, termEpochs: 6n, maxPrice: 7n, minCollateral: 8n }],
    notes: [id],
  },
  'LeaseContract:ExtendLease': { leaseId: id, termEpochs: 5n, notes: [id] },
  'LeaseContract:ResizeLease': { leaseId: id, capacityBytes: 5n, notes: [id] },
  'LeaseContract:CloseLease': { leaseId: id },
  'LeaseContract:CallDefault': { leaseId: id },
  'LeaseContract:RenewPolicies': { leaseIds: [id] },
  'VaultContract:CreateVault': { vaultId: 'v' },
  'VaultContract:Commit': {
    vaultId: 'v',
    expectedRevision: 5n,
    head: 'aGVhZA==',
    contents: [
      {
        leaseId: id,
        content: { revision: 5n, root: emptyRoot, count: 6n, bytes: 7n },
        lastEpoch: 8n,
        receipt: Buffer.alloc(70, 1).toString('base64'),
      },
    ],
  },
  'AuditContract:SubmitProofs': { epoch: 9n, diskId: 'd1' },
  'AuditContract:ReportLoss': { leaseId: id, losses: [{ index: 5n, entry: { digest, size: 64 } }] },
  'AuditContract:WaiveLoss': { leaseId: id, digests: [digest] },
  'TokenContract:Transfer': { notes: [id], outputs: [{ to: account, amount: 5n }], memo: 'for you' },
  'TokenContract:Burn': { notes: [id], amount: 5n },
  'TokenContract:CollectEarnings': { leaseIds: [id] },
};

/** The same for what is evaluated only. */
const fullReads: Readonly<Record<keyof typeof reads, JsonValue>> = {
  'LedgerContract:Read': { kind: 'note', parts: ['Org1', 'owner', 'n1'] },
  'LedgerContract:List': { kind: 'note', prefix: ['Org1', 'owner'], after: 'note/Org1/owner/n1', limit: 3 },
};

/** Every method that takes an argument. */
export const methodNames = [...Object.keys(fullArguments), ...Object.keys(fullReads)] as MethodName[];

/** The argument as it travels. */
export function spelledArgument(name: MethodName): string {
  return canonicalJson({ ...fullArguments, ...fullReads }[name]);
}

/** Whether the shape of a method takes this value, so that a change of it is no bad input after all. */
export function fits(name: MethodName, value: unknown): boolean {
  try {
    (({ ...transactions, ...reads })[name].args as Shape<unknown>)(value, '');
    return true;
  } catch {
    return false;
  }
}
