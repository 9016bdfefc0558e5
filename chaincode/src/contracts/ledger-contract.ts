import { Context, Contract, Info, Returns, Transaction } from 'fabric-contract-api';
import { canonicalJson, type JsonValue, reads } from '../domain/index.js';
import { Rows } from '../ledger/rows.js';
import { readArgument, refusing } from '../ledger/transact.js';

/** The two reads: every row of the law is public within the channel. Evaluated, never submitted. */
@Info({ title: 'LedgerContract', description: 'Reads' })
export class LedgerContract extends Contract {
  constructor() {
    super('LedgerContract');
  }

  /** By anyone in the channel: one row as canonical JSON, or `null`. */
  @Transaction(false)
  @Returns('string')
  async Read(ctx: Context, argument: string): Promise<string> {
    return refusing(async () => {
      const { kind, parts } = readArgument(reads['LedgerContract:Read'].args, argument);
      const row = await new Rows(ctx).read(kind, ...parts);
      return canonicalJson(row ?? null);
    });
  }

  /** By anyone in the channel: a page `{ items: [{ parts, row }], next? }` in key order. */
  @Transaction(false)
  @Returns('string')
  async List(ctx: Context, argument: string): Promise<string> {
    return refusing(async () => {
      const { kind, prefix, after, limit } = readArgument(reads['LedgerContract:List'].args, argument);
      return canonicalJson((await new Rows(ctx).page(kind, prefix, limit, after)) as unknown as JsonValue);
    });
  }
}
