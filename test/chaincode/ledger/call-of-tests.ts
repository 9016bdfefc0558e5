import '../quiet.js';
import type { Context } from 'fabric-contract-api';
import { MemoryStub } from '../memory-stub.js';

export const txId = 'ab'.repeat(32);

/** A state of rows given as objects. */
export function stateOf(rows: Readonly<Record<string, unknown>>): Map<string, Buffer> {
  return new Map(Object.entries(rows).map(([key, row]) => [key, Buffer.from(JSON.stringify(row))]));
}

/** A certificate with these attributes. */
export function certificate(msp: string, attributes: Readonly<Record<string, string>>) {
  return { getMSPID: () => msp, getAttributeValue: (name: string) => attributes[name] ?? null };
}

/** A call of Org1's owner on a state, with the stub that keeps what it does. */
export function contextOn(state: ReadonlyMap<string, Buffer>, transient?: Record<string, Uint8Array>) {
  const stub = new MemoryStub(state, { txId, now: 1_000_000, ...(transient && { transient }) });
  const clientIdentity = certificate('Org1', {
    'hf.EnrollmentID': 'owner',
    'dstore.roles': 'owner treasurer',
  });
  return { stub, context: { stub: stub.asStub(), clientIdentity } as unknown as Context };
}
