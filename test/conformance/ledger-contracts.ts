import {
  canonicalJson,
  formatRefusal,
  type JsonValue,
  parseJson,
  reads,
  Refusal,
  rowFormat,
  sha256,
  type TransactionName,
  transactions,
} from '@dstore/chaincode/domain';
import { common, msp } from '@hyperledger/fabric-protos';
import { type Context, Contract } from 'fabric-contract-api';

/**
 * A toy law for the ledger conformance suite: it speaks the words of the real one (names, arguments, rows, events),
 * and each transaction does one thing that a ledger must get right.
 */

const json = (value: JsonValue) => canonicalJson(value);
const bytes = (value: JsonValue) => Buffer.from(json(value));

async function lawfully(work: () => Promise<JsonValue>): Promise<string> {
  try {
    return json(await work());
  } catch (error) {
    throw error instanceof Refusal ? new Error(formatRefusal(error)) : error;
  }
}

function argsOf<N extends TransactionName>(name: N, argument: string) {
  return parseJson<unknown>(transactions[name].args, argument) as ReturnType<
    (typeof transactions)[N]['args']
  >;
}

/** Creates a vault once and announces it. */
export class VaultContract extends Contract {
  constructor() {
    super('VaultContract');
  }

  async CreateVault(ctx: Context, argument: string): Promise<string> {
    return lawfully(async () => {
      const { vaultId } = argsOf('VaultContract:CreateVault', argument);
      const key = `vault/${vaultId}`;
      if ((await ctx.stub.getState(key)).length > 0)
        throw new Refusal('vault-exists', `vault ${vaultId} exists`);
      const owner = {
        msp: ctx.clientIdentity.getMSPID(),
        id: ctx.clientIdentity.getAttributeValue('hf.EnrollmentID') ?? '',
      };
      await ctx.stub.putState(
        key,
        bytes({ v: rowFormat, vaultId, owner, revision: 0n, generation: 0n, head: '' }),
      );
      ctx.stub.setEvent('VaultCreated', bytes({ vaultId, owner }));
      return {};
    });
  }
}

/** Adds to one row, and refuses if it can see what it has just written. */
export class DiskContract extends Contract {
  constructor() {
    super('DiskContract');
  }

  async FundPool(ctx: Context, argument: string): Promise<string> {
    return lawfully(async () => {
      const { diskId, amount } = argsOf('DiskContract:FundPool', argument);
      const key = `pool/${diskId}`;
      const before = await ctx.stub.getState(key);
      const held =
        before.length === 0
          ? 0n
          : BigInt((JSON.parse(before.toString()) as { collateral: string }).collateral);
      const collateral = held + amount;
      await ctx.stub.putState(key, bytes({ v: rowFormat, reservedBytes: 0n, collateral }));
      const after = await ctx.stub.getState(key);
      if (!Buffer.from(after).equals(Buffer.from(before)))
        throw new Refusal('disk-changed', 'a write was read back');
      ctx.stub.setEvent('PoolChanged', bytes({ diskId, collateral }));
      return {};
    });
  }
}

/** Counts a range and adds a row to it. */
export class TokenContract extends Contract {
  constructor() {
    super('TokenContract');
  }

  async CollectEarnings(ctx: Context): Promise<string> {
    return lawfully(async () => {
      let count = 0n;
      for await (const row of ctx.stub.getStateByRange('note/', 'note0')) count += BigInt(row.key.length > 0);
      const noteId = ctx.stub.getTxID().slice(0, 32);
      await ctx.stub.putState(`note/Org1MSP/alice/${noteId}`, bytes({ v: rowFormat, amount: count }));
      return { amount: count };
    });
  }
}

/** Keeps the digest of what came as transient data, under a policy that asks for the first two organizations. */
export class AuditContract extends Contract {
  constructor() {
    super('AuditContract');
  }

  async SubmitProofs(ctx: Context, argument: string): Promise<string> {
    return lawfully(async () => {
      const { diskId } = argsOf('AuditContract:SubmitProofs', argument);
      const bundle = ctx.stub.getTransient().get('bundle') ?? Buffer.alloc(0);
      const digest = sha256(bundle).toString('hex');
      const key = `reveal/${diskId}`;
      await ctx.stub.putState(key, bytes({ v: rowFormat, preimage: digest }));
      await ctx.stub.setStateValidationParameter(key, allOf(['Org1MSP', 'Org2MSP']));
      return { batchId: digest.slice(0, 32), verdicts: [] };
    });
  }
}

/** The two reads, over the plain keys above. */
export class LedgerContract extends Contract {
  constructor() {
    super('LedgerContract');
  }

  async Read(ctx: Context, argument: string): Promise<string> {
    const { kind, parts } = parseJson(reads['LedgerContract:Read'].args, argument);
    const row = await ctx.stub.getState([kind, ...parts].join('/'));
    return row.length === 0 ? 'null' : Buffer.from(row).toString('utf8');
  }

  async List(ctx: Context, argument: string): Promise<string> {
    const { kind, prefix, after, limit } = parseJson(reads['LedgerContract:List'].args, argument);
    const start = `${[kind, ...prefix].join('/')}/`;
    const items: JsonValue[] = [];
    let last: string | undefined;
    for await (const { key, value } of ctx.stub.getStateByRange(
      after === undefined ? start : `${after}!`,
      `${start}~`,
    )) {
      if (items.length === limit) return json({ items, next: last });
      items.push({
        parts: key.split('/').slice(1),
        row: JSON.parse(Buffer.from(value).toString()) as JsonValue,
      });
      last = key;
    }
    return json({ items });
  }
}

/** All contracts of the toy law. */
export const toyContracts = [VaultContract, DiskContract, TokenContract, AuditContract, LedgerContract];

/** A policy that peers of all these organizations must endorse. */
export function allOf(mspIds: readonly string[]): Buffer {
  const envelope = new common.SignaturePolicyEnvelope();
  envelope.setIdentitiesList(
    mspIds.map((mspId) => {
      const role = new msp.MSPRole();
      role.setMspIdentifier(mspId);
      role.setRole(msp.MSPRole.MSPRoleType.PEER);
      const principal = new msp.MSPPrincipal();
      principal.setPrincipalClassification(msp.MSPPrincipal.Classification.ROLE);
      principal.setPrincipal(role.serializeBinary());
      return principal;
    }),
  );
  const all = new common.SignaturePolicy.NOutOf();
  all.setN(mspIds.length);
  all.setRulesList(
    mspIds.map((_, index) => {
      const signed = new common.SignaturePolicy();
      signed.setSignedBy(index);
      return signed;
    }),
  );
  const rule = new common.SignaturePolicy();
  rule.setNOutOf(all);
  envelope.setRule(rule);
  return Buffer.from(envelope.serializeBinary());
}
