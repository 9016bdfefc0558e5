import type { Account, Args, Result, Row, RowKind, TransactionName } from '@dstore/chaincode/domain';
import type { Checkpoint, Ledger, Page, Submitted, SubmitOptions } from '@dstore/application/ports/ledger.js';

/** A transaction on its way; `pass` submits it. */
export interface TappedCall {
  readonly name: TransactionName;
  readonly args: unknown;
  readonly options: SubmitOptions | undefined;
  readonly pass: () => Promise<Submitted<unknown>>;
}

/** What a test does about a transaction. */
export type Tap = (call: TappedCall) => Promise<Submitted<unknown>>;

/** A ledger whose transactions a test may watch, change, hold back or lose. */
export class TappedLedger implements Ledger {
  readonly channel: string;
  readonly caller: Account;
  readonly #ledger: Ledger;
  /** Takes every transaction while it is set. */
  tap: Tap | undefined;
  /** Called after every transaction that is valid. */
  onValid: () => Promise<void> = async () => undefined;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
    this.channel = ledger.channel;
    this.caller = ledger.caller;
  }

  async submit<N extends TransactionName>(
    name: N,
    args: Args<N>,
    options?: SubmitOptions,
  ): Promise<Submitted<Result<N>>> {
    const pass = async () => {
      const submitted = await this.#ledger.submit(name, args, options);
      await this.onValid();
      return submitted;
    };
    return (await (this.tap?.({ name, args, options, pass }) ?? pass())) as Submitted<Result<N>>;
  }

  read<K extends RowKind>(kind: K, ...parts: string[]): Promise<Row<K> | undefined> {
    return this.#ledger.read(kind, ...parts);
  }

  list<K extends RowKind>(
    kind: K,
    prefix: readonly string[],
    page?: { after?: string; limit?: number },
  ): Promise<Page<K>> {
    return this.#ledger.list(kind, prefix, page);
  }

  events(options: { from?: Checkpoint; signal: AbortSignal }): ReturnType<Ledger['events']> {
    return this.#ledger.events(options);
  }

  close(): void {
    this.#ledger.close();
  }
}
