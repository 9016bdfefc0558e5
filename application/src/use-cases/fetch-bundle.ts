import { offerIn, type Row, sha256 } from '@dstore/chaincode/domain';
import type { Doors } from '../ports/door.js';
import type { Ledger } from '../ports/ledger.js';

/** Fetches the proofs that an audit was judged by from the provider, who is not believed. */
export class FetchBundle {
  readonly #ledger: Pick<Ledger, 'read'>;
  readonly #doors: Pick<Doors, 'at'>;

  constructor(ledger: Pick<Ledger, 'read'>, doors: Pick<Doors, 'at'>) {
    this.#ledger = ledger;
    this.#doors = doors;
  }

  /** The bytes with the digest that is on the ledger; undefined when they can't be had, or are others. */
  async run({ diskId, digest }: Pick<Row<'audit'>, 'diskId' | 'digest'>): Promise<Uint8Array | undefined> {
    const [disk, epoch] = await Promise.all([this.#ledger.read('disk', diskId), this.#ledger.read('epoch')]);
    if (disk === undefined) return undefined;
    const door = this.#doors.at(offerIn(disk, epoch?.number ?? 0n).door);
    const bundle = await door.getBundle(digest).catch(() => undefined);
    return bundle !== undefined && sha256(bundle).toString('hex') === digest ? bundle : undefined;
  }
}
