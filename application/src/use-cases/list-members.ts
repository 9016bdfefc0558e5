import type { Row } from '@dstore/chaincode/domain';
import { type Ledger, rowsOf } from '../ports/ledger.js';

/** Lists the members of the consortium. */
export class ListMembers {
  readonly #ledger: Pick<Ledger, 'list'>;

  constructor(ledger: Pick<Ledger, 'list'>) {
    this.#ledger = ledger;
  }

  async run(): Promise<Row<'member'>[]> {
    const members: Row<'member'>[] = [];
    for await (const { row } of rowsOf(this.#ledger, 'member')) members.push(row);
    return members;
  }
}
