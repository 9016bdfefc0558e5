import type { Context } from 'fabric-contract-api';
import {
  type Account,
  add,
  canonicalJson,
  type EventName,
  type EventOf,
  insist,
  type JsonValue,
  noteIdOf,
  type Params,
  type Role,
  type Row,
  rowFormat,
  subtract,
} from '../domain/index.js';
import { type Caller, callerOf } from './caller.js';
import { Rows } from './rows.js';

const mostOrganizations = 1000;

/** What a contract works with during one transaction: caller, time, rows, money and the one event. */
export class Session {
  readonly rows: Rows;
  readonly caller: Caller;
  readonly channel: string;
  readonly txId: string;
  readonly #ctx: Context;
  #issued = 0;
  #event: { readonly name: EventName; readonly payload: JsonValue } | undefined;

  constructor(ctx: Context) {
    this.#ctx = ctx;
    this.rows = new Rows(ctx);
    this.caller = callerOf(ctx);
    this.channel = ctx.stub.getChannelID();
    this.txId = ctx.stub.getTxID();
  }

  /** Seconds since 1970 as the proposal says; only the turning of epochs may hang on it. */
  get now(): bigint {
    return BigInt(this.#ctx.stub.getTxTimestamp().seconds.toString());
  }

  /** A transient field, or undefined. */
  transient(name: string): Uint8Array | undefined {
    return this.#ctx.stub.getTransient().get(name);
  }

  /** Refuses callers whose organization is unknown or (unless `evenSuspended`) suspended. */
  async organization(evenSuspended = false): Promise<Row<'org'>> {
    const org = await this.rows.read('org', this.caller.account.msp);
    insist(
      org !== undefined,
      'member-unknown',
      `organization ${this.caller.account.msp} is not of this consortium`,
    );
    insist(evenSuspended || org.state === 'active', 'org-suspended', `organization ${org.msp} is suspended`);
    return org;
  }

  /** Refuses callers that are not active members, and those without the role where one is asked for. */
  async member(role?: Role, evenSuspended = false): Promise<Account> {
    await this.organization(evenSuspended);
    const { account } = this.caller;
    const member = await this.rows.read('member', account.msp, account.id);
    insist(member !== undefined, 'member-unknown', `${account.msp}/${account.id} has not enlisted`);
    insist(member.state === 'active', 'member-revoked', `${account.msp}/${account.id} is revoked`);
    if (role !== undefined) this.role(role);
    return account;
  }

  /** Refuses callers whose certificate lacks the role. */
  role(role: Role): void {
    insist(
      this.caller.roles.includes(role),
      'role-missing',
      `the certificate does not carry the role ${role}`,
    );
  }

  async params(): Promise<{ readonly version: number; readonly params: Params }> {
    const row = await this.rows.read('params');
    insist(row !== undefined, 'params-unknown', 'the consortium has not been founded');
    return row;
  }

  async epoch(): Promise<Row<'epoch'>> {
    const row = await this.rows.read('epoch');
    insist(row !== undefined, 'epoch-unknown', 'no epoch has been opened yet');
    return row;
  }

  /** MSP ids of the active organizations, sorted. */
  async organizations(): Promise<string[]> {
    const found = await this.rows.range('org', [], mostOrganizations);
    return found.filter(({ row }) => row.state === 'active').map(({ row }) => row.msp);
  }

  /** Takes the caller's notes and gives back what is not needed; refuses ids named twice and notes that are gone. */
  async spend(noteIds: readonly string[], needed: bigint): Promise<void> {
    const sum = await this.take(noteIds);
    insist(sum >= needed, 'notes-short', `the notes hold ${sum} credits, ${needed} are needed`);
    this.issue(this.caller.account, subtract(sum, needed));
  }

  /** Removes the caller's notes and answers what they held. */
  async take(noteIds: readonly string[]): Promise<bigint> {
    const { msp, id } = this.caller.account;
    insist(new Set(noteIds).size === noteIds.length, 'note-spent', 'a note is named twice');
    let sum = 0n;
    for (const noteId of noteIds) {
      const note = await this.rows.read('note', msp, id, noteId);
      insist(note !== undefined, 'note-spent', `note ${noteId} is not yours or is spent`);
      sum = add(sum, note.amount);
      this.rows.remove('note', [msp, id, noteId]);
    }
    return sum;
  }

  /** Makes a note for an account, unless the amount is zero; answers its id. */
  issue(to: Account, amount: bigint): string | undefined {
    if (amount === 0n) return undefined;
    const noteId = noteIdOf(this.channel, this.txId, this.#issued);
    this.#issued += 1;
    this.rows.write('note', [to.msp, to.id, noteId], { v: rowFormat, amount });
    return noteId;
  }

  /** The transaction's event; one each. */
  announce<N extends EventName>(name: N, payload: EventOf<N>): void {
    if (this.#event !== undefined) throw new Error('invariant: a transaction announces one event');
    this.#event = { name, payload: payload as unknown as JsonValue };
  }

  /** Hands rows and event to the ledger. */
  async close(): Promise<void> {
    await this.rows.flush();
    if (this.#event === undefined) return;
    this.#ctx.stub.setEvent(this.#event.name, Buffer.from(canonicalJson(this.#event.payload), 'utf8'));
  }
}
