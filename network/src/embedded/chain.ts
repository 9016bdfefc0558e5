import type { Identity } from '@dstore/organizations';
import { common, peer } from '@hyperledger/fabric-protos';
import { brokenLink, codesOf, headerHash, sealBlock } from './block.js';
import { BlockLog, DamagedLog } from './block-log.js';
import { organizationsOf } from './config-block.js';
import type { Members } from './members.js';
import { decodeRwSet } from './rw-set.js';
import { type Outcome, readSnapshot, type Snapshot, writeSnapshot } from './snapshot.js';
import { headerOf, parseTransaction } from './transaction.js';
import { validateBlock } from './validator.js';
import { type KeyWrite, type WorldState } from './world-state.js';

/** What a chain is opened with. */
export interface ChainOptions {
  readonly directory: string;
  readonly channel: string;
  readonly chaincode: string;
  readonly members: Members;
  readonly orderer: Identity;
  /** A snapshot of the state is written whenever this many bytes of blocks have come since the last. */
  readonly snapshotBytes: number;
}

/** One channel's blocks with the state and the transaction ids that follow from them. */
export class Chain {
  readonly #options: ChainOptions;
  readonly #log: BlockLog;
  readonly #outcomes: Map<string, Outcome>;
  readonly #listeners = new Set<() => void>();
  #state: WorldState;
  #hash: Uint8Array;
  #lastConfig: number;
  #sinceSnapshot = 0;
  #snapshotting: Promise<void> = Promise.resolve();

  private constructor(options: ChainOptions, log: BlockLog, snapshot: Snapshot) {
    this.#options = options;
    this.#log = log;
    this.#state = snapshot.state;
    this.#outcomes = snapshot.outcomes;
    this.#hash = snapshot.hash;
    this.#lastConfig = snapshot.lastConfig;
  }

  /** Rejects with DamagedLog when the blocks do not hang together. */
  static async open(options: ChainOptions): Promise<Chain> {
    const log = await BlockLog.open(options.directory);
    try {
      const snapshot = await readSnapshot(options.directory);
      if (snapshot.height > log.height)
        throw new DamagedLog(
          `${options.directory} has ${log.height} blocks, but a snapshot of ${snapshot.height}`,
        );
      const chain = new Chain(options, log, snapshot);
      if (snapshot.height > 0) await chain.#adoptConfig(snapshot.lastConfig);
      for (let number = snapshot.height; number < log.height; number += 1)
        await chain.#replay(number, await chain.block(number));
      return chain;
    } catch (error) {
      await log.close();
      throw error;
    }
  }

  get height(): number {
    return this.#log.height;
  }

  /** Header hash of the newest block. */
  get hash(): Uint8Array {
    return this.#hash;
  }

  /** The state at the present height; it does not change when blocks come. */
  get state(): WorldState {
    return this.#state;
  }

  outcome(txId: string): Outcome | undefined {
    return this.#outcomes.get(txId);
  }

  /** The block with a number below the height. */
  async block(number: number): Promise<common.Block> {
    return common.Block.deserializeBinary(await this.#log.read(number));
  }

  /** Calls back after each block, until the returned function is called. */
  onBlock(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Validates envelopes, writes their block and applies it; resolves when all that is durable. */
  async append(envelopes: readonly Uint8Array[]): Promise<void> {
    const number = this.height;
    const next = this.#state.copy();
    const channel = {
      name: this.#options.channel,
      chaincode: this.#options.chaincode,
      members: this.#options.members,
      knows: (txId: string) => this.#outcomes.has(txId),
    };
    const codes = validateBlock(channel, envelopes, number, this.#state, next);
    await this.#commit(envelopes, codes, next);
  }

  /** Writes a configuration as a block of its own. */
  async configure(envelope: Uint8Array): Promise<void> {
    const number = this.height;
    await this.#commit([envelope], [peer.TxValidationCode.VALID], this.#state, number);
    await this.#adoptConfig(number);
  }

  /** Waits for a snapshot under way, writes a last one and closes the files. */
  async close(): Promise<void> {
    await this.#snapshotting;
    if (this.#sinceSnapshot > 0) await writeSnapshot(this.#options.directory, this.#snapshot());
    await this.#log.close();
  }

  async #commit(
    envelopes: readonly Uint8Array[],
    codes: readonly number[],
    next: WorldState,
    lastConfig = this.#lastConfig,
  ): Promise<void> {
    const number = this.height;
    const place = { number, previousHash: this.#hash, lastConfig };
    const block = sealBlock(this.#options.orderer, place, envelopes, codes);
    const bytes = block.serializeBinary();
    await this.#log.append(bytes);
    this.#state = next;
    this.#lastConfig = lastConfig;
    this.#hash = headerHash(block);
    this.#index(number, envelopes, codes);
    this.#sinceSnapshot += bytes.length;
    if (this.#sinceSnapshot >= this.#options.snapshotBytes) this.#takeSnapshot();
    for (const listener of [...this.#listeners]) listener();
  }

  async #replay(number: number, block: common.Block): Promise<void> {
    const broken = brokenLink(block, number, this.#hash);
    if (broken !== undefined) throw new DamagedLog(`${this.#options.directory}: ${broken}`);
    const envelopes = block.getData()?.getDataList_asU8() ?? [];
    const codes = codesOf(block);
    const next = this.#state.copy();
    for (const [tx, bytes] of envelopes.entries()) {
      if (codes[tx] !== peer.TxValidationCode.VALID) continue;
      if (headerOf(bytes).type === common.HeaderType.CONFIG) this.#lastConfig = number;
      else next.apply(writesOf(this.#options.chaincode, bytes), { block: number, tx });
    }
    if (this.#lastConfig === number) await this.#adoptConfig(number);
    this.#state = next;
    this.#hash = headerHash(block);
    this.#index(number, envelopes, codes);
    this.#sinceSnapshot += 1;
  }

  #index(number: number, envelopes: readonly Uint8Array[], codes: readonly number[]): void {
    for (const [index, bytes] of envelopes.entries()) {
      const txId = txIdIn(bytes);
      // A duplicate never takes the place of the one that came first.
      if (txId !== '' && !this.#outcomes.has(txId))
        this.#outcomes.set(txId, { block: number, index, code: codes[index] as number });
    }
  }

  async #adoptConfig(number: number): Promise<void> {
    const [envelope] = (await this.block(number)).getData()?.getDataList_asU8() ?? [];
    for (const { mspId, identityRoot } of organizationsOf(envelope ?? new Uint8Array()))
      this.#options.members.add(mspId, identityRoot);
  }

  #snapshot(): Snapshot {
    return {
      height: this.height,
      hash: this.#hash,
      lastConfig: this.#lastConfig,
      state: this.#state,
      outcomes: this.#outcomes,
    };
  }

  /** A snapshot that fails costs time at the next opening, nothing else: blocks are the truth. */
  #takeSnapshot(): void {
    this.#sinceSnapshot = 0;
    const snapshot = this.#snapshot();
    this.#snapshotting = this.#snapshotting
      .then(() => writeSnapshot(this.#options.directory, snapshot))
      .catch(() => undefined);
  }
}

function writesOf(chaincode: string, envelope: Uint8Array): ReadonlyMap<string, KeyWrite> {
  return decodeRwSet(chaincode, parseTransaction(envelope).results).writes;
}

function txIdIn(envelope: Uint8Array): string {
  try {
    return headerOf(envelope).txId;
  } catch {
    return '';
  }
}
