import './quiet.js';
import assert from 'node:assert/strict';
import { contracts } from '@dstore/chaincode';
import {
  type Account,
  type Args,
  canonicalJson,
  keyOf,
  type LawCode,
  parseJson,
  parseRefusal,
  partsOf,
  rangeOf,
  type Result,
  type Role,
  type Row,
  type RowKind,
  rows,
  sha256,
  type Shape,
  type TransactionName,
  transactions,
} from '@dstore/chaincode/domain';
import { MemoryStub } from './memory-stub.js';

/** A certificate's holder. */
export interface Identity extends Account {
  readonly roles: readonly Role[];
}

type Method = (context: unknown, argument: string) => Promise<string>;

/** The law over one state in memory: one call after the other, each valid at once. */
export class MemoryLedger {
  readonly channel = 'dstore';
  readonly state = new Map<string, Buffer>();
  readonly policies = new Map<string, Uint8Array>();
  /** Seconds since 1970. */
  now = 1_000_000;
  event: { readonly name: string; readonly payload: string } | undefined;
  #count = 0;

  /** Submits a transaction; throws what the client would read. */
  async submit<N extends TransactionName>(
    by: Identity,
    name: N,
    args: Args<N>,
    transient?: Record<string, Uint8Array>,
  ): Promise<Result<N>> {
    const answer = await this.call(by, name, canonicalJson(args), transient);
    return parseJson(transactions[name].result as unknown as Shape<Result<N>>, answer);
  }

  /** Calls any method of any contract with any text. */
  async call(
    by: Identity,
    name: string,
    argument: string,
    transient?: Record<string, Uint8Array>,
  ): Promise<string> {
    this.#count += 1;
    const txId = sha256(Buffer.from(String(this.#count))).toString('hex');
    const around = { txId, now: this.now, ...(transient && { transient }) };
    const stub = new MemoryStub(this.state, around, this.policies);
    const context = { stub: stub.asStub(), clientIdentity: certificateOf(by) };
    try {
      const answer = await method(name)(context, argument);
      this.#apply(stub);
      return answer;
    } catch (error) {
      assert.equal(stub.writes.size, 0, 'a failed call wrote');
      assert.equal(stub.events.length, 0, 'a failed call announced');
      throw error;
    } finally {
      assert.equal(stub.openRanges, 0, 'a range was left open');
    }
  }

  /** Asserts that a transaction is refused with a code and changes nothing. */
  async refuses<N extends TransactionName>(
    code: LawCode,
    by: Identity,
    name: N,
    args: Args<N>,
    transient?: Record<string, Uint8Array>,
  ): Promise<void> {
    const before = [...this.state].join();
    await assert.rejects(this.submit(by, name, args, transient), (error: Error) => {
      assert.equal(parseRefusal(`chaincode response 500, ${error.message}`)?.code, code, error.message);
      return true;
    });
    assert.equal([...this.state].join(), before);
  }

  row<K extends RowKind>(kind: K, ...parts: string[]): Row<K> | undefined {
    const bytes = this.state.get(keyOf(kind, parts));
    return bytes && parseJson(rows[kind] as unknown as Shape<Row<K>>, bytes.toString('utf8'));
  }

  rowsOf<K extends RowKind>(kind: K, ...prefix: string[]): { parts: string[]; row: Row<K> }[] {
    const { start, end } = rangeOf(kind, prefix);
    const keys = [...this.state.keys()].filter((key) => key >= start && key < end).sort();
    return keys.map((key) => {
      const parts = partsOf(kind, key);
      return { parts, row: this.row(kind, ...parts) as Row<K> };
    });
  }

  notesOf({ msp, id }: Account): string[] {
    return this.rowsOf('note', msp, id).map(({ parts }) => parts[2] as string);
  }

  balanceOf({ msp, id }: Account): bigint {
    return this.rowsOf('note', msp, id).reduce((sum, { row }) => sum + row.amount, 0n);
  }

  #apply(stub: MemoryStub): void {
    for (const [key, value] of stub.writes)
      if (value === undefined) this.state.delete(key);
      else this.state.set(key, value);
    for (const [key, policy] of stub.policies) this.policies.set(key, policy);
    if (stub.writes.size + stub.policies.size > 0)
      assert.equal(stub.events.length, 1, 'one event a transaction');
    this.event = stub.events[0];
  }
}

const instances = contracts.map((each) => new each());

function method(name: string): Method {
  const [contract = '', verb = ''] = name.split(':');
  const instance = instances.find((each) => each.getName() === contract);
  const found = (instance as unknown as Record<string, Method> | undefined)?.[verb];
  assert.ok(found, `no method ${name}`);
  return found.bind(instance);
}

function certificateOf({ msp, id, roles }: Identity) {
  const attributes: Record<string, string> = { 'hf.EnrollmentID': id, 'dstore.roles': roles.join(' ') };
  return { getMSPID: () => msp, getAttributeValue: (name: string) => attributes[name] ?? null };
}
