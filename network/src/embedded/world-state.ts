import BTreeModule from 'sorted-btree';
import { createHash } from 'node:crypto';

// The package is CommonJS: its default export arrives one level deeper than its declarations say.
const BTree = (BTreeModule as unknown as { default: typeof BTreeModule.default }).default;
type Tree = InstanceType<typeof BTree<string, Cell>>;

/** Where a key was last written: block and place in it. */
export interface Version {
  readonly block: number;
  readonly tx: number;
}

/** What a key holds. `policy` is its key-level endorsement policy (a SignaturePolicyEnvelope). */
export interface Cell {
  readonly value: Buffer;
  readonly version: Version;
  readonly policy?: Buffer | undefined;
}

/** What a transaction did to a key; a value of null deletes it. An absent member leaves that part as it was. */
export interface KeyWrite {
  readonly value?: Buffer | null;
  readonly policy?: Buffer;
}

/**
 * The rows of a channel at one height. A copy costs nothing until one of the two is written,
 * so a simulation keeps the state it began with. Keys are ASCII, where JavaScript's order is the order of bytes.
 */
export class WorldState {
  readonly #tree: Tree;

  constructor(tree: Tree = new BTree<string, Cell>()) {
    this.#tree = tree;
  }

  /** The state that holds these rows. */
  static of(cells: readonly [string, Cell][]): WorldState {
    return new WorldState(new BTree<string, Cell>([...cells]));
  }

  /** A state of its own with the same rows. */
  copy(): WorldState {
    return new WorldState(this.#tree.clone());
  }

  get(key: string): Cell | undefined {
    return this.#tree.get(key);
  }

  /** Rows from `start` to before `end`, or to the last one when `end` is empty. */
  *range(start: string, end: string): Generator<[string, Cell], undefined> {
    for (const [key, cell] of this.#tree.entries(start)) {
      if (end !== '' && key >= end) return;
      yield [key, cell];
    }
  }

  get size(): number {
    return this.#tree.size;
  }

  /** A write of the policy alone counts only where there is a value, as in Fabric. */
  apply(writes: ReadonlyMap<string, KeyWrite>, version: Version): void {
    for (const [key, write] of writes) {
      const before = this.#tree.get(key);
      const value = write.value === undefined ? before?.value : write.value;
      if (value === null) this.#tree.delete(key);
      else if (value !== undefined)
        this.#tree.set(key, { value, version, policy: write.policy ?? before?.policy });
    }
  }

  /** SHA-256 over all rows with versions and policies, in key order, in hexadecimal. */
  hash(): string {
    const digest = createHash('sha256');
    for (const [key, { value, version, policy }] of this.range('', '')) {
      digest.update(JSON.stringify([key, version.block, version.tx, value.length, policy?.length ?? 0]));
      digest.update(value).update(policy ?? '');
    }
    return digest.digest('hex');
  }
}
