import { fail, type Outcome, type Point } from './point.js';

/** All money, in credits. */
export interface Money {
  readonly minted: bigint;
  readonly burned: bigint;
  readonly held: bigint;
}

/** Point 18: what was minted and not burned is what is held. */
export const supply: Point = {
  number: 18,
  title: 'supply',
  look: async ({ network, row, rows }) => {
    const [seat] = network.seats;
    if (seat === undefined || (await row(seat.mspId, 'params', [])) === null)
      return { skipped: 'nobody has founded the consortium yet' };
    const read = (kind: string) => rows(seat.mspId, kind) as Promise<{ row: Record<string, unknown> }[]>;
    let before = '';
    for (let pass = 0; pass < mostPasses; pass += 1) {
      const found = await Promise.all(kinds.map(read));
      const now = JSON.stringify(found);
      if (now === before) return judgeSupply(moneyIn(found));
      before = now;
    }
    return { skipped: 'money moves faster than it can be counted: ask again' };
  },
};

/** Pages are read one by one, so only two passes that agree count. */
const mostPasses = 10;
const kinds = ['mint', 'burn', 'note', 'tab', 'pool'] as const;
const amounts = ['amount', 'escrow', 'earned', 'collateral'] as const;

function moneyIn([mints = [], burns = [], ...holding]: { row: Record<string, unknown> }[][]): Money {
  return { minted: sum(mints), burned: sum(burns), held: holding.reduce((so, rows) => so + sum(rows), 0n) };
}

function sum(rows: readonly { row: Record<string, unknown> }[]): bigint {
  const values = rows.flatMap(({ row }) => amounts.map((name) => row[name] ?? '0'));
  return values.reduce<bigint>((so, value) => so + BigInt(value as string), 0n);
}

/** Says by how much the sums differ. */
export function judgeSupply({ minted, burned, held }: Money): Outcome {
  const difference = minted - burned - held;
  const fix = 'stop spending and keep every ledger: the law is broken, which is a bug or an attack';
  return {
    says: `${minted} minted, ${burned} burned, ${held} held`,
    flaws: difference === 0n ? [] : [fail(`${difference} credits are missing`, fix)],
  };
}
