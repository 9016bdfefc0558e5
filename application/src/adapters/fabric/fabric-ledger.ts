import {
  type Args,
  canonicalJson,
  majorityOf,
  type JsonValue,
  type Result,
  type Row,
  type RowKind,
  parseJson,
  type TransactionName,
  transactions,
} from '@dstore/chaincode/domain';
import { type Identity, signLowS } from '@dstore/organizations';
import type { CallOptions } from '@grpc/grpc-js';
import { connect, type ConnectOptions, type Contract, type Gateway, hash } from '@hyperledger/fabric-gateway';
import { setTimeout } from 'node:timers/promises';

import { Fault, type FaultCode } from '../../ports/fault.js';
import type { Checkpoint, Ledger, LedgerEvent, Page, Submitted, SubmitOptions } from '../../ports/ledger.js';
import {
  errorOfRead,
  type Meaning,
  meaningOfCode,
  meaningOfCommitError,
  meaningOfProposalError,
} from './ledger-errors.js';
import { ledgerEvents } from './ledger-events.js';
import { parsePage, parseRow } from './ledger-rows.js';
import { findTransaction } from './transaction-lookup.js';

/** Deadlines of the calls, milliseconds. */
export interface LedgerDeadlines {
  readonly evaluate: number;
  readonly endorse: number;
  readonly submit: number;
  readonly commitStatus: number;
}

/** What a member's view of the ledger is made of. */
export interface FabricLedgerOptions {
  /** A gRPC client of a peer's gateway, or the one of the embedded network. Stays the caller's to close. */
  readonly client: ConnectOptions['client'];
  readonly channel: string;
  readonly chaincode: string;
  readonly identity: Identity;
  /** SHA-256 of the client's TLS certificate (DER), for servers that bind a caller to its connection. */
  readonly tlsClientCertificateHash?: Uint8Array;
  /** MSP ids that transactions with transient data go to; asked anew each time. */
  readonly endorsingOrganizations: () => readonly string[];
  readonly deadlines?: LedgerDeadlines;
  /** A number from 0 to below 1 that spreads retries; chance by default. */
  readonly jitter?: () => number;
  /** Waits; a simulator passes its own. */
  readonly sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

const attempts = 5;
/** First pause before a new proposal, milliseconds; doubled each time, scaled by jitter. */
const pause = 20;
const defaultDeadlines: LedgerDeadlines = {
  evaluate: 5_000,
  endorse: 15_000,
  submit: 5_000,
  commitStatus: 60_000,
};

type Tried = { readonly block: bigint; readonly txId: string; readonly bytes: Uint8Array } | Meaning;

/** The ledger port through Fabric's gateway client; it can't tell an embedded network from a real one. */
export class FabricLedger implements Ledger {
  readonly channel: string;
  readonly caller: { readonly msp: string; readonly id: string };
  readonly #options: FabricLedgerOptions;
  readonly #gateway: Gateway;
  readonly #contract: Contract;
  readonly #sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;

  constructor(options: FabricLedgerOptions) {
    const { identity, tlsClientCertificateHash, deadlines = defaultDeadlines } = options;
    this.#options = options;
    this.channel = options.channel;
    this.caller = { msp: identity.mspId, id: identity.id };
    this.#sleep = options.sleep ?? sleep;
    this.#gateway = connect({
      client: options.client,
      identity: { mspId: identity.mspId, credentials: Buffer.from(identity.certificate) },
      signer: async (message) => signLowS(identity.privateKey, message),
      // The signer hashes natively, ten times as fast as the client's own way.
      hash: hash.none,
      ...(tlsClientCertificateHash === undefined ? {} : { tlsClientCertificateHash }),
      evaluateOptions: within(deadlines.evaluate),
      endorseOptions: within(deadlines.endorse),
      submitOptions: within(deadlines.submit),
      commitStatusOptions: within(deadlines.commitStatus),
    });
    this.#contract = this.#gateway.getNetwork(options.channel).getContract(options.chaincode);
  }

  async submit<N extends TransactionName>(
    name: N,
    args: Args<N>,
    options: SubmitOptions = {},
  ): Promise<Submitted<Result<N>>> {
    let exhausted: FaultCode = 'ledger-contended';
    let why = '';
    const { transient } = options;
    let named = transient === undefined ? undefined : this.#options.endorsingOrganizations();
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      if (attempt > 0) await this.#sleep(this.#pauseBefore(attempt), options.signal);
      options.signal?.throwIfAborted();
      const tried = await this.#attempt(name, canonicalJson(args), transient, named);
      if ('bytes' in tried)
        return { txId: tried.txId, block: tried.block, result: resultOf(name, tried.bytes) };
      const { isOneEnough, exhausted: code } = consequenceOf(tried, named !== undefined);
      if (tried.kind === 'answer' && (!isOneEnough || attempt === attempts - 1)) throw tried.error;
      if (isOneEnough) named = endorsersWithout(this.#options.endorsingOrganizations(), attempt);
      exhausted = code ?? exhausted;
      if (tried.kind === 'again' && tried.why !== undefined) why = `: ${tried.why}`;
    }
    throw new Fault(exhausted, `${name} was proposed ${attempts} times in vain${why}`, { retryable: true });
  }

  async read<K extends RowKind>(kind: K, ...parts: string[]): Promise<Row<K> | undefined> {
    return parseRow(kind, await this.#evaluate('LedgerContract:Read', { kind, parts }));
  }

  async list<K extends RowKind>(
    kind: K,
    prefix: readonly string[],
    { after, limit = 500 }: { after?: string; limit?: number } = {},
  ): Promise<Page<K>> {
    return parsePage(kind, await this.#evaluate('LedgerContract:List', { kind, prefix, after, limit }));
  }

  events({ from, signal }: { from?: Checkpoint; signal: AbortSignal }): AsyncIterable<LedgerEvent> {
    return ledgerEvents(this.#gateway.getNetwork(this.channel), this.#options.chaincode, from, signal);
  }

  close(): void {
    this.#gateway.close();
  }

  async #evaluate(name: string, args: JsonValue): Promise<string> {
    try {
      const bytes = await this.#contract.evaluate(name, { arguments: [canonicalJson(args)] });
      return Buffer.from(bytes).toString('utf8');
    } catch (error) {
      throw errorOfRead(error);
    }
  }

  /** One proposal, from endorsement to its outcome. */
  async #attempt(
    name: string,
    argument: string,
    transient: SubmitOptions['transient'],
    named: readonly string[] | undefined,
  ): Promise<Tried> {
    const proposal = this.#contract.newProposal(name, {
      arguments: [argument],
      ...(transient === undefined ? {} : { transientData: { ...transient } }),
      ...(named === undefined ? {} : { endorsingOrganizations: [...named] }),
    });
    const txId = proposal.getTransactionId();
    const transaction = await proposal.endorse().catch(meaningOfProposalError);
    if ('kind' in transaction) return transaction;
    const bytes = transaction.getResult();
    const ordered = await transaction
      .submit()
      .then((commit) => commit.getStatus())
      .catch(meaningOfCommitError);
    const found = 'kind' in ordered ? await this.#lookUp(txId) : { ...ordered, block: ordered.blockNumber };
    if (found instanceof Fault) return { kind: 'answer', error: found };
    return found.code === 0 ? { txId, block: found.block, bytes } : meaningOfCode(found.code, txId);
  }

  /** Asks for a transaction whose outcome did not reach us; the orderer may still be at it. */
  async #lookUp(txId: string) {
    const system = this.#gateway.getNetwork(this.channel).getContract('qscc');
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      if (attempt > 0) await this.#sleep(this.#pauseBefore(attempt + 3));
      const found = await findTransaction(system, this.channel, txId);
      if (found !== undefined) return found;
    }
    const text = `transaction ${txId} may or may not be on the ledger`;
    return new Fault('outcome-unknown', text, { retryable: false });
  }

  #pauseBefore(attempt: number): number {
    return pause * 2 ** attempt * (0.5 + (this.#options.jitter ?? Math.random)());
  }
}

/** Whether one organization may be to blame, so that others should be asked, and with what code that ends in vain. */
function consequenceOf(
  tried: Meaning,
  areNamed: boolean,
): { readonly isOneEnough: boolean; readonly exhausted?: FaultCode } {
  if (tried.kind === 'unknown') return { isOneEnough: false };
  if (tried.kind === 'again')
    return { isOneEnough: tried.exhausted === 'endorsers-disagree', exhausted: tried.exhausted };
  const isOfEndorsers =
    tried.error instanceof Fault && (areNamed || tried.error.code === 'endorsement-refused');
  return { isOneEnough: isOfEndorsers };
}

/**
 * Organizations that suffice for a transaction, others each time: a majority of all, among them a majority of those
 * beside any one provider. So no single organization, by silence or by answering differently, stops a transaction where
 * there are four or more.
 */
function endorsersWithout(organizations: readonly string[], attempt: number): string[] {
  const count = organizations.length;
  const size = Math.min(count, Math.max(majorityOf(count), majorityOf(count - 1) + 1));
  const from = ((attempt + 1) * (count - size)) % Math.max(1, count);
  return Array.from({ length: size }, (_, at) => organizations[(from + at) % count] as string);
}

function within(milliseconds: number): () => CallOptions {
  return () => ({ deadline: Date.now() + milliseconds });
}

function resultOf<N extends TransactionName>(name: N, bytes: Uint8Array): Result<N> {
  const text = Buffer.from(bytes).toString('utf8');
  return parseJson<unknown>(transactions[name].result, text === '' ? '{}' : text) as Result<N>;
}

async function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await setTimeout(milliseconds, undefined, signal === undefined ? {} : { signal });
}
