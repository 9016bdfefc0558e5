import type { Context } from 'fabric-contract-api';
import {
  type Account,
  type Args,
  canonicalJson,
  type EventName,
  type EventOf,
  formatRefusal,
  insist,
  type JsonValue,
  parseJson,
  Refusal,
  type Result,
  type Role,
  type Row,
  sameAccount,
  type Shape,
  type TransactionName,
  transactions,
} from '../domain/index.js';
import { type Caller, callerOf } from './caller.js';
import { Purse } from './purse.js';
import { Store } from './store.js';

/** Longest argument, in UTF-16 units: a commit of all it may hold is far below. */
const longestArgument = 262_144;

/** One call of one transaction: who calls, on what channel, when, and the state it sees. */
export class Call {
  readonly channel: string;
  readonly txId: string;
  readonly caller: Caller;
  readonly store: Store;
  readonly purse: Purse;
  readonly #context: Context;
  #event: { readonly name: EventName; readonly payload: Buffer } | undefined;

  constructor(context: Context) {
    this.#context = context;
    this.channel = context.stub.getChannelID();
    this.txId = context.stub.getTxID();
    this.caller = callerOf(context);
    this.store = new Store(context.stub);
    this.purse = new Purse(this.store, this.channel, this.txId);
  }

  /** Who calls. */
  get account(): Account {
    return this.caller.account;
  }

  /** Seconds since 1970 that the submitter claims; peers hold it within their time window. */
  get now(): bigint {
    return BigInt(this.#context.stub.getTxTimestamp().seconds.toString());
  }

  /** A field of the proposal that endorsers see and blocks never hold. */
  transient(name: string): Uint8Array | undefined {
    return this.#context.stub.getTransient().get(name);
  }

  /** The epoch that runs; refused as `epoch-unknown` before the genesis. Reading it binds the transaction to it. */
  epoch(): Promise<Row<'epoch'>> {
    return this.store.get('epoch-unknown', 'epoch');
  }

  /** MSP ids of the active organizations, sorted. */
  async organizations(): Promise<string[]> {
    const found = await this.store.list('org', []);
    return found.filter(({ row }) => row.state === 'active').map(({ row }) => row.msp);
  }

  /** Refuses callers of an organization that is none of the consortium's or suspended. */
  async insistOrganization(): Promise<void> {
    const { msp } = this.account;
    const org = await this.store.get('organization-unknown', 'org', msp);
    insist(org.state === 'active', 'org-suspended', `${msp} is suspended`);
  }

  /** Refuses callers that are no active members. */
  async insistMember(): Promise<void> {
    await this.insistOrganization();
    const { msp, id } = this.account;
    const member = await this.store.get('member-unknown', 'member', msp, id);
    insist(member.state === 'active', 'member-revoked', `${msp}/${id} is revoked`);
  }

  /** Refuses callers whose certificate lacks a role. */
  insistRole(role: Role): void {
    insist(this.caller.roles.includes(role), 'role-missing', `this takes the role ${role}`);
  }

  /** Refuses callers other than an owner. */
  insistOwner(owner: Account): void {
    insist(sameAccount(this.account, owner), 'not-owner', `${owner.msp}/${owner.id} is the owner`);
  }

  /** Refuses callers other than a provider. */
  insistProvider(provider: Account): void {
    insist(
      sameAccount(this.account, provider),
      'not-provider',
      `${provider.msp}/${provider.id} is the provider`,
    );
  }

  /** Says what happened; a transaction announces exactly one event. */
  announce<N extends EventName>(name: N, payload: EventOf<N>): void {
    if (this.#event !== undefined) throw new RangeError('invariant: a second event');
    this.#event = { name, payload: Buffer.from(canonicalJson(payload as JsonValue), 'utf8') };
  }

  /** Hands the writes and the event to the peer. */
  async finish(): Promise<void> {
    if (this.#event === undefined) throw new RangeError('invariant: no event');
    await this.store.save();
    this.#context.stub.setEvent(this.#event.name, this.#event.payload);
  }
}

/**
 * Runs a transaction: reads its argument by its shape (canonical JSON only: one spelling), runs the body, saves what it
 * wrote, announces its event, answers canonical JSON. A refusal leaves as an error `code: message` and writes nothing.
 */
export function execute<N extends TransactionName>(
  context: Context,
  name: N,
  argument: string,
  body: (call: Call, args: Args<N>) => Promise<Result<N>>,
): Promise<string> {
  return refusing(async () => {
    const args = parseArgument(transactions[name].args as unknown as Shape<Args<N>>, argument);
    const call = new Call(context);
    const result = await body(call, args);
    await call.finish();
    return canonicalJson(result);
  });
}

/** Reads an argument by its shape; second spellings of the same value are refused as `arguments-malformed`. */
export function parseArgument<T>(shape: Shape<T>, argument: string): T {
  insist(
    argument.length <= longestArgument,
    'batch-too-large',
    `an argument has at most ${longestArgument} characters`,
  );
  const args = parseJson(shape, argument);
  insist(
    canonicalJson(args as JsonValue) === argument,
    'arguments-malformed',
    'the argument is not canonical JSON',
  );
  return args;
}

/** Turns refusals into errors whose text clients parse; whatever else is thrown is a broken invariant and passes. */
export async function refusing<T>(body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (error instanceof Refusal) throw new Error(formatRefusal(error), { cause: error });
    throw error;
  }
}
