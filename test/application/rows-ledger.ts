import type { Account, Args, Result, Row, RowKind, TransactionName } from '@dstore/chaincode/domain';
import type { Page, Submitted } from '@dstore/application/ports/ledger.js';

/** What a test lets a transaction do to the rows; throw a Refusal to refuse it. */
export type Rule = (args: never, caller: Account, rows: LedgerRows) => unknown;

/** Rows that several members' ledgers share, and what each transaction does to them. */
export class LedgerRows {
  readonly #rows = new Map<string, { kind: RowKind; parts: readonly string[]; row: unknown }>();
  readonly #rules: Partial<Record<TransactionName, Rule>>;
  /** Every transaction that was submitted and not refused, in order. */
  readonly submitted: { readonly name: TransactionName; readonly by: Account; readonly args: unknown }[] = [];

  constructor(
    rules: { [N in TransactionName]?: (args: Args<N>, caller: Account, rows: LedgerRows) => Result<N> } = {},
  ) {
    this.#rules = rules;
  }

  get<K extends RowKind>(kind: K, ...parts: string[]): Row<K> | undefined {
    return this.#rows.get([kind, ...parts].join('/'))?.row as Row<K> | undefined;
  }

  set<K extends RowKind>(kind: K, parts: readonly string[], row: Row<K>): void {
    this.#rows.set([kind, ...parts].join('/'), { kind, parts, row });
  }

  remove(kind: RowKind, ...parts: string[]): void {
    this.#rows.delete([kind, ...parts].join('/'));
  }

  list<K extends RowKind>(kind: K, prefix: readonly string[]): { parts: readonly string[]; row: Row<K> }[] {
    return [...this.#rows.values()]
      .filter((each) => each.kind === kind && prefix.every((part, at) => each.parts[at] === part))
      .map(({ parts, row }) => ({ parts, row: row as Row<K> }));
  }

  apply<N extends TransactionName>(name: N, by: Account, args: Args<N>): Result<N> {
    const result = this.#rules[name]?.(args as never, by, this) ?? {};
    this.submitted.push({ name, by, args });
    return result as Result<N>;
  }

  /** The rows as one member reads and changes them. */
  as(msp: string, id: string) {
    const caller = { msp, id };
    return {
      channel: 'test',
      caller,
      read: async <K extends RowKind>(kind: K, ...parts: string[]) => this.get(kind, ...parts),
      list: async <K extends RowKind>(kind: K, prefix: readonly string[]): Promise<Page<K>> => ({
        items: this.list(kind, prefix),
      }),
      submit: async <N extends TransactionName>(name: N, args: Args<N>): Promise<Submitted<Result<N>>> => ({
        txId: `tx${this.submitted.length}`,
        block: BigInt(this.submitted.length),
        result: this.apply(name, caller, args),
      }),
    };
  }
}
