import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { crc32 } from 'node:zlib';
import { type Cell, WorldState } from './world-state.js';

const format = 1;

/** How a transaction ended: its block, its place in it, and Fabric's validation code. */
export interface Outcome {
  readonly block: number;
  readonly index: number;
  readonly code: number;
}

/** What follows from the blocks below a height. */
export interface Snapshot {
  readonly height: number;
  /** Header hash of the block before `height`. */
  readonly hash: Uint8Array;
  readonly lastConfig: number;
  readonly state: WorldState;
  readonly outcomes: Map<string, Outcome>;
}

interface Stored {
  readonly format: number;
  readonly height: number;
  readonly hash: Uint8Array;
  readonly lastConfig: number;
  /** Columns, since a hundred thousand small objects take V8 much longer than a few long arrays. */
  readonly keys: string[];
  readonly values: Uint8Array;
  readonly sizes: Uint32Array;
  readonly versions: Uint32Array;
  readonly policies: Map<number, Uint8Array>;
  readonly txIds: string[];
  readonly places: Uint32Array;
}

/** Replaces the directory's snapshot; a crash leaves the old one or the new one. */
export async function writeSnapshot(directory: string, snapshot: Snapshot): Promise<void> {
  const body = serialize(pack(snapshot));
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  const path = join(directory, 'snapshot');
  const file = await open(`${path}.part`, 'w', 0o600);
  try {
    await file.writeFile(Buffer.concat([checksum, body]));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.part`, path);
}

/** The directory's snapshot, or the beginning of all things when there is none that can be trusted. */
export async function readSnapshot(directory: string): Promise<Snapshot> {
  const bytes = await readFile(join(directory, 'snapshot')).catch(() => Buffer.alloc(0));
  const body = bytes.subarray(4);
  if (body.length === 0 || crc32(body) !== bytes.readUInt32BE(0)) return beginning();
  const stored = deserialize(body) as Stored;
  return stored.format === format ? unpack(stored) : beginning();
}

function beginning(): Snapshot {
  return {
    height: 0,
    hash: new Uint8Array(),
    lastConfig: 0,
    state: new WorldState(),
    outcomes: new Map(),
  };
}

function pack({ height, hash, lastConfig, state, outcomes }: Snapshot): Stored {
  const rows = [...state.range('', '')];
  return {
    format,
    height,
    hash: Buffer.from(hash),
    lastConfig,
    keys: rows.map(([key]) => key),
    values: Buffer.concat(rows.map(([, { value }]) => value)),
    sizes: Uint32Array.from(rows, ([, { value }]) => value.length),
    versions: Uint32Array.from(rows.flatMap(([, { version }]) => [version.block, version.tx])),
    policies: new Map(
      rows.flatMap(([, { policy }], index) => (policy === undefined ? [] : [[index, policy] as const])),
    ),
    txIds: [...outcomes.keys()],
    places: Uint32Array.from(
      [...outcomes.values()].flatMap(({ block, index, code }) => [block, index, code]),
    ),
  };
}

function unpack(stored: Stored): Snapshot {
  const { height, hash, lastConfig, keys, sizes, versions, places } = stored;
  const values = Buffer.from(stored.values);
  let at = 0;
  const cells = keys.map((key, index): [string, Cell] => {
    const size = sizes[index] as number;
    const policy = stored.policies.get(index);
    const value = values.subarray(at, (at += size));
    const version = { block: versions[2 * index] as number, tx: versions[2 * index + 1] as number };
    return [key, { value, version, policy: policy && Buffer.from(policy) }];
  });
  const outcomes = new Map(
    stored.txIds.map((txId, index): [string, Outcome] => {
      const [block, place, code] = places.subarray(3 * index, 3 * index + 3) as unknown as [
        number,
        number,
        number,
      ];
      return [txId, { block, index: place, code }];
    }),
  );
  return { height, hash, lastConfig, state: WorldState.of(cells), outcomes };
}
