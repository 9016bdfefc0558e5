import { Context, Contract, Info, Returns, Transaction } from 'fabric-contract-api';
import { keyOf, reads } from '../domain/index.js';
import { pageOf, parseArgument, refusing } from '../ledger/index.js';

/** What the ledger holds, for every member of the channel; evaluated, never submitted. */
@Info({ title: 'LedgerContract', description: 'Reading rows' })
export class LedgerContract extends Contract {
  constructor() {
    super('LedgerContract');
  }

  /** The row of a kind under the given key parts as canonical JSON, or `null`. */
  @Transaction(false)
  @Returns('string')
  async Read(ctx: Context, argument: string): Promise<string> {
    return refusing(async () => {
      const { kind, parts } = parseArgument(reads['LedgerContract:Read'].args, argument);
      const bytes = await ctx.stub.getState(keyOf(kind, parts));
      return bytes.length === 0 ? 'null' : Buffer.from(bytes).toString('utf8');
    });
  }

  /** A page of rows whose key starts with the given parts, after the key `after`, in key order. */
  @Transaction(false)
  @Returns('string')
  async List(ctx: Context, argument: string): Promise<string> {
    return refusing(async () => pageOf(ctx.stub, parseArgument(reads['LedgerContract:List'].args, argument)));
  }
}
