import { cidOf, digestOf, maxShardBytes, shardDigest } from '../../core/shard.js';
import { Turns } from '../../core/turns.js';
import type { Block, Disk } from '../../ports/disk.js';
import { Denial, Fault } from '../../ports/fault.js';
import { closed, KuboCall, kuboDeadlines, type KuboDeadlines } from './kubo-call.js';
import { failureOf, full, KuboNo, strange } from './kubo-errors.js';
import { KuboRpc, type KuboSpace } from './kubo-rpc.js';
import { loopbackOrigin, settingFlaws } from './kubo-settings.js';
import { Room } from './room.js';

/** Where a daemon listens, as `http://127.0.0.1:5001`: on loopback, because neither port asks who calls. */
export interface KuboAddresses {
  readonly rpc: string;
  readonly gateway: string;
}

/** How many sizes are asked for at once while listing. */
const listWidth = 16;

/**
 * Blocks in the repository of a Kubo daemon (IPFS) of this machine, raw and pinned, under the CIDs of their digests.
 * Reads come from its local gateway, which fetches nothing from others and is twice as fast as its RPC.
 */
export class KuboDisk implements Disk {
  readonly #calls: readonly KuboCall[];
  readonly #gateway: KuboCall;
  readonly #rpc: KuboRpc;
  readonly #room: Room;
  readonly #turns = new Turns();
  #open = true;

  private constructor(rpc: KuboCall, gateway: KuboCall) {
    this.#calls = [rpc, gateway];
    this.#gateway = gateway;
    this.#rpc = new KuboRpc(rpc);
    this.#room = new Room(this.#rpc);
  }

  /**
   * Opens a daemon's disk. Permanent Fault `not-ready` names each setting with which the daemon would lose blocks or
   * show them to strangers, and its fix; Fault `disk-failed` when it does not answer.
   */
  static async open(
    { rpc, gateway }: KuboAddresses,
    deadlines: KuboDeadlines = kuboDeadlines,
  ): Promise<KuboDisk> {
    const call = (url: string) => new KuboCall(insistOnLoopback(url), deadlines);
    const disk = new KuboDisk(call(rpc), call(gateway));
    try {
      await disk.#insistOnSettings(rpc);
    } catch (error) {
      await disk.close();
      throw error;
    }
    return disk;
  }

  async put(digest: string, bytes: Uint8Array): Promise<void> {
    if (shardDigest(bytes) !== digest)
      throw new Denial('digest-mismatch', 'the bytes are not those that the digest names');
    await this.#inTurn(digest, async (cid) => {
      const there = await this.#read(cid);
      const isGood = there?.equals(bytes) === true;
      // The daemon writes nothing over a block that it has, and may give a damaged one.
      if (there !== undefined && !isGood) await this.#rpc.removeBlock(cid);
      if (!isGood && !(await this.#room.take(bytes.length))) throw full();
      // A good one again, too: it may lack its pin.
      const kept = await this.#rpc.putBlock(bytes);
      if (kept !== cid) throw strange(`Kubo keeps a block as ${kept.slice(0, 100)} that should be ${cid}`);
    });
  }

  async get(digest: string): Promise<Buffer | undefined> {
    const cid = this.#cidOf(digest);
    return this.#translated(() => this.#read(cid));
  }

  async sizeOf(digest: string): Promise<number | undefined> {
    const cid = this.#cidOf(digest);
    return this.#translated(() => this.#rpc.sizeOf(cid));
  }

  /** Not synced: a block that comes back with a crash is one that nobody asks for. */
  async remove(digest: string): Promise<void> {
    await this.#inTurn(digest, (cid) => this.#rpc.removeBlock(cid));
  }

  /** The daemon lists no sizes: each block costs a call. Blocks that others put there by another hash are left out. */
  async *list(): AsyncIterable<Block> {
    if (!this.#open) throw closed();
    let digests: string[] = [];
    for await (const digest of this.#digests()) {
      digests.push(digest);
      if (digests.length < listWidth) continue;
      yield* await this.#sized(digests);
      digests = [];
    }
    yield* await this.#sized(digests);
  }

  /** What the daemon's repository takes, and the most that it may (Datastore.StorageMax). */
  async space(): Promise<KuboSpace> {
    return this.#translated(() => this.#rpc.space());
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#turns.end();
    await Promise.all(this.#calls.map((call) => call.close()));
  }

  async #insistOnSettings(rpc: string): Promise<void> {
    const self = await this.#translated(() => this.#rpc.self());
    const flaws = settingFlaws(self).map(({ setting, fix }) => `${setting} (${fix})`);
    if (flaws.length > 0)
      throw notReady(`the Kubo daemon at ${rpc} is not safe as a disk: ${flaws.join('; ')}`);
  }

  async #read(cid: string): Promise<Buffer | undefined> {
    const path = `/ipfs/${cid}?format=raw`;
    try {
      return await this.#gateway.run({ method: 'GET', path, mostBytes: maxShardBytes });
    } catch (error) {
      if (error instanceof KuboNo && error.isMissing) return undefined;
      throw error;
    }
  }

  async *#digests(): AsyncGenerator<string> {
    try {
      for await (const cid of this.#rpc.blocks()) {
        const digest = digestOf(cid);
        if (digest !== undefined) yield digest;
      }
    } catch (error) {
      throw failureOf(error);
    }
  }

  async #sized(digests: readonly string[]): Promise<Block[]> {
    const sizes = await Promise.all(digests.map((digest) => this.sizeOf(digest)));
    return digests.flatMap((digest, at) => {
      const size = sizes[at];
      return size === undefined ? [] : [{ digest, size }];
    });
  }

  async #inTurn(digest: string, work: (cid: string) => Promise<void>): Promise<void> {
    const cid = this.#cidOf(digest);
    await this.#turns.take(digest, () => this.#translated(() => work(cid)));
  }

  async #translated<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw failureOf(error);
    }
  }

  #cidOf(digest: string): string {
    const cid = cidOf(digest);
    if (!this.#open) throw closed();
    return cid;
  }
}

function insistOnLoopback(url: string): string {
  const origin = loopbackOrigin(url);
  if (origin === undefined)
    throw notReady(`${url} is no address of Kubo on this machine (give http://127.0.0.1:PORT)`);
  return origin;
}

function notReady(message: string): Fault {
  return new Fault('not-ready', message, { retryable: false });
}
