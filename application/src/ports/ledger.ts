import type {
  Account,
  Args,
  EventName,
  EventOf,
  Result,
  Row,
  RowKind,
  TransactionName,
} from '@dstore/chaincode/domain';

/** A transaction that is valid on the ledger. */
export interface Submitted<R> {
  readonly txId: string;
  readonly block: bigint;
  readonly result: R;
}

export interface SubmitOptions {
  /** Data that endorsers see and blocks never hold. */
  readonly transient?: Readonly<Record<string, Uint8Array>>;
  readonly signal?: AbortSignal;
}

/** An event of a valid transaction. `checkpoint` resumes after it. */
export type LedgerEvent = {
  [N in EventName]: {
    readonly name: N;
    readonly payload: EventOf<N>;
    readonly txId: string;
    readonly checkpoint: Checkpoint;
  };
}[EventName];

/** How far a reader of events has come: events after transaction `txId` of `block` are still to be read. */
export interface Checkpoint {
  readonly block: bigint;
  readonly txId?: string;
}

export interface RowEntry<K extends RowKind> {
  /** The key's parts after the kind. */
  readonly parts: readonly string[];
  readonly row: Row<K>;
}

export interface Page<K extends RowKind> {
  readonly items: readonly RowEntry<K>[];
  /** Hand it back as `after` for the next page; absent on the last one. */
  readonly next?: string;
}

/**
 * The consortium's ledger as one member sees it.
 * Lawful noes arrive as `Refusal`; failures of the world as `Fault` (ports/fault.ts). MVCC conflicts and endorsement
 * mismatches are retried inside with a new proposal, five times with jitter, then `ledger-contended`.
 * An unknown outcome is looked up by transaction id before anything is sent again.
 */
export interface Ledger {
  readonly channel: string;
  readonly caller: Account;
  /** Resolves once the transaction is valid on the ledger. */
  submit<N extends TransactionName>(
    name: N,
    args: Args<N>,
    options?: SubmitOptions,
  ): Promise<Submitted<Result<N>>>;
  /** The row under these key parts as of now, or undefined. */
  read<K extends RowKind>(kind: K, ...parts: string[]): Promise<Row<K> | undefined>;
  list<K extends RowKind>(
    kind: K,
    prefix: readonly string[],
    page?: { after?: string; limit?: number },
  ): Promise<Page<K>>;
  /** Events of valid transactions in ledger order, from a checkpoint or from now; ends when the signal aborts. */
  events(options: { from?: Checkpoint; signal: AbortSignal }): AsyncIterable<LedgerEvent>;
  close(): void;
}

/** All rows under a prefix, page by page. */
export async function* rowsOf<K extends RowKind>(
  ledger: Pick<Ledger, 'list'>,
  kind: K,
  prefix: readonly string[] = [],
): AsyncGenerator<RowEntry<K>> {
  let after: string | undefined;
  do {
    const page: Page<K> = await ledger.list(kind, prefix, {
      limit: 500,
      ...(after === undefined ? {} : { after }),
    });
    yield* page.items;
    after = page.next;
  } while (after !== undefined);
}
