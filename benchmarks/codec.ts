/*
 * Claim: the codec alone (seal, RS(4,2), BLAKE3 of six shards) makes 800 MB/s of object on one thread and 1400 on two,
 * and 0.8 of what its three kernels allow in turn. `--smoke` runs a round of each only.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { ThreadCodec } from '@dstore/application/adapters/threads/thread-codec.js';
import { ErasureKernel } from '@dstore/application/core/erasure-kernel.js';
import { encode } from '@dstore/application/core/erasure.js';
import { encodePlainly } from '@dstore/application/core/plain-erasure.js';
import { createSealer, segmentBytes, segmentCapacity } from '@dstore/application/core/sealing.js';
import { shardDigest } from '@dstore/application/core/shard.js';
import { treeOf } from '@dstore/application/core/shard-tree.js';
import { stripeLayout } from '@dstore/application/core/stripe-layout.js';
import {
  type OpenTask,
  type SealTask,
  sealStripe,
  stripeCapacity,
} from '@dstore/application/core/stripe-work.js';
import { TreeKernel } from '@dstore/application/core/tree-kernel.js';
import type { Codec, Seat } from '@dstore/application/ports/codec.js';
import { ReedSolomonErasure } from '@subspace/reed-solomon-erasure.wasm';

import { options } from './options.js';
import { type Contestant, Race } from './race.js';
import { report, verdict, withUnit } from './report.js';

const geometry = { dataShards: 4, parityShards: 2 };
const objectBytes = stripeCapacity(1, geometry.dataShards);
const sealing = {
  objectKey: randomBytes(32),
  salt: randomBytes(32),
  noncePrefix: randomBytes(7),
  associatedData: randomBytes(40),
};
// Every stripe of a run is sealed as if it were the stream's second one. These bytes go nowhere.
const task: SealTask = { ...sealing, firstSegment: 4, plainBytes: objectBytes, last: false };

/** Stripes in flight: as many as keep two threads busy. */
const seatsPerThread = 4;
const seatBytes = stripeLayout(geometry, segmentBytes, true).totalBytes + 65_536;
const stripesPerBatch = 16;

const kernel = new ErasureKernel(stripeLayout(geometry, segmentBytes, true));
kernel.room.set(randomBytes(kernel.room.length));
sealStripe(kernel, task);
const shards = Array.from({ length: 6 }, (_, index) => Buffer.from(kernel.shard(index)));

function kernels(): Contestant[] {
  const seal = () => {
    const sealer = createSealer(sealing);
    const capacity = segmentCapacity(1);
    for (let at = 0; at < geometry.dataShards; at += 1)
      sealer.sealInto(
        kernel.shard(at),
        4 + at,
        kernel.room.subarray(at * capacity, (at + 1) * capacity),
        false,
      );
    return objectBytes;
  };
  const digest = () => {
    for (let index = 0; index < 6; index += 1) shardDigest(kernel.shard(index));
    return objectBytes;
  };
  const encode = () => {
    kernel.encode();
    return objectBytes;
  };
  return [
    { name: 'seal', run: seal },
    { name: 'encode', run: encode },
    { name: 'digest', run: digest },
  ];
}

function slowOnes(): Contestant[] {
  const packagePath = createRequire(import.meta.url).resolve('@subspace/reed-solomon-erasure.wasm');
  const wasm = readFileSync(join(dirname(packagePath), 'reed_solomon_erasure_bg.wasm'));
  const other = ReedSolomonErasure.fromBytes(wasm);
  const whole = Buffer.concat(shards);
  const slow = () => {
    const sealer = createSealer(sealing);
    const capacity = segmentCapacity(1);
    const data = Array.from({ length: geometry.dataShards }, (_, at) =>
      sealer.seal(4 + at, kernel.room.subarray(at * capacity, (at + 1) * capacity), false),
    );
    for (const bytes of [...data, ...encodePlainly(data, 2)]) shardDigest(bytes);
    return objectBytes;
  };
  return [
    { name: 'copying encode', run: () => (encode(shards.slice(0, 4), 2), objectBytes) },
    { name: 'slow codec', run: slow },
    { name: 'slow encode', run: () => (encodePlainly(shards.slice(0, 4), 2), objectBytes) },
    { name: 'package encode', run: () => (other.encode(whole, 4, 2), objectBytes) },
  ];
}

function trees(): Contestant[] {
  const trees = new TreeKernel();
  const shard = shards[0] as Buffer;
  return [
    { name: 'tree', run: () => (trees.treeOf(shard), shard.length) },
    { name: 'slow tree', run: () => (treeOf(shard), shard.length) },
  ];
}

/** A batch of stripes through a codec, as many in flight as there are seats. */
async function batch(codec: Codec, prepare: (seat: Seat) => void, work: (seat: Seat) => Promise<unknown>) {
  await Promise.all(
    Array.from({ length: stripesPerBatch }, async () => {
      const seat = await codec.seat(geometry, segmentBytes);
      prepare(seat);
      await work(seat);
      seat.release();
    }),
  );
  return stripesPerBatch * objectBytes;
}

function openTask(lost: number | undefined): OpenTask {
  const digests = shards.map((bytes, index) =>
    index === lost || index === 5 ? undefined : shardDigest(bytes),
  );
  const header = createSealer(sealing).header;
  const opening = { ...sealing, header, firstSegment: 4, sealedBytes: 4 * segmentBytes, last: false };
  const fetched = lost === undefined ? digests.map((digest, at) => (at < 4 ? digest : undefined)) : digests;
  return { digests: fetched, wanted: [0, 1, 2, 3], opening };
}

function threaded(codec: Codec, threads: number): Contestant[] {
  const reads = [undefined, 0].map((lost) => {
    const opening = openTask(lost);
    const fetched = (seat: Seat) =>
      opening.digests.forEach(
        (digest, index) => digest !== undefined && seat.shard(index).set(shards[index] as Buffer),
      );
    return {
      name: `read ${threads}${lost === undefined ? '' : ', one lost'}`,
      run: () => batch(codec, fetched, (seat) => seat.open(opening)),
    };
  });
  const filled = (seat: Seat) => kernel.room.copy(seat.room, 0, 0, objectBytes);
  return [
    {
      name: `codec ${threads}`,
      run: () =>
        batch(
          codec,
          () => undefined,
          (seat) => seat.seal(task),
        ),
    },
    { name: `codec ${threads}, filled`, run: () => batch(codec, filled, (seat) => seat.seal(task)) },
    ...reads,
  ];
}

const [one, two] = [1, 2].map(
  (threads) => new ThreadCodec({ threads, memoryBytes: threads * seatsPerThread * seatBytes }),
) as [ThreadCodec, ThreadCodec];
const inline: Contestant = { name: 'inline', run: () => (sealStripe(kernel, task), objectBytes) };
const contestants = [
  ...kernels(),
  inline,
  ...threaded(one, 1),
  ...threaded(two, 2),
  ...slowOnes(),
  ...trees(),
];
const race = await Race.run(
  contestants,
  options.smoke ? { rounds: 1, leastMs: 1 } : { rounds: 15, leastMs: 120 },
);
await Promise.all([one.close(), two.close()]);

const inTurn = (rateOf: (name: string) => number) =>
  1 / (1 / rateOf('seal') + 1 / rateOf('encode') + 1 / rateOf('digest'));
const share = (name: string) => race.combined((rateOf) => rateOf(name) / inTurn(rateOf));
const against = (name: string, reference: string) =>
  `${race.ratio(name, reference).toFixed(2)} x ${reference}`;
const rates = (name: string, rate: number, rateOfProcessor: number, compared = '') => ({
  name,
  figure: withUnit(rate, 'MB/s'),
  compared: `${withUnit(rateOfProcessor, 'MB per CPU-s')}${compared === '' ? '' : `; ${compared}`}`,
});
const line = (name: string, compared = '') =>
  rates(name, race.rate(name), race.rateOfProcessor(name), compared);
report({
  title: 'codec alone: seal + RS(4,2) + BLAKE3 of six shards, MB of object',
  setting:
    'stripes of 4 MiB; codec N: with N threads; kernels in turn: what seal, encode and digest allow one after the other',
  lines: [
    line('seal'),
    line('encode', `${against('encode', 'slow encode')}, ${against('encode', 'package encode')}`),
    line('digest'),
    rates('kernels in turn', race.combined(inTurn), race.combined(inTurn, 'rateOfProcessor')),
    line('inline', `${share('inline').toFixed(2)} of the kernels in turn`),
    line(
      'codec 1',
      `${share('codec 1').toFixed(2)} of the kernels in turn, ${against('codec 1', 'slow codec')}`,
    ),
    line('codec 1, filled', against('codec 1, filled', 'codec 1')),
    line('codec 2', `${against('codec 2', 'codec 1')}, ${against('codec 2', 'slow codec')}`),
    line('codec 2, filled', against('codec 2, filled', 'codec 2')),
    ...[1, 2].flatMap((n) => [
      line(`read ${n}`, against(`read ${n}`, `codec ${n}`)),
      line(`read ${n}, one lost`, against(`read ${n}, one lost`, `read ${n}`)),
    ]),
    line('copying encode', against('copying encode', 'encode')),
    line('slow codec'),
    line('slow encode'),
    line('package encode'),
    line('tree', `${against('tree', 'slow tree')} (MB of shard)`),
  ],
  verdicts: [
    verdict('one thread', { least: 800 }, race.rate('codec 1'), {
      unit: 'MB/s',
      ratio: against('codec 1', 'slow codec'),
    }),
    verdict('two threads', { least: 1400 }, race.rate('codec 2'), {
      unit: 'MB/s',
      ratio: against('codec 2', 'slow codec'),
    }),
    verdict('one thread, of its kernels in turn', { least: 0.8 }, share('codec 1'), {
      ratio: against('codec 1', 'inline'),
    }),
    verdict(
      'the same by processor time',
      { least: 0.8 },
      race.combined((rateOf) => rateOf('codec 1') / inTurn(rateOf), 'rateOfProcessor'),
    ),
  ],
});
