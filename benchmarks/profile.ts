import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Stages } from './report.js';

/** From and to in microseconds of the machine's monotonic clock, which V8 and `process.hrtime` read alike. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

interface Frame {
  readonly functionName: string;
  readonly url: string;
}

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: Frame;
    readonly children?: readonly number[];
  }[];
  readonly startTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Stages by the place of a function, the first that fits; what fits none has its caller's. */
const places: readonly (readonly [stage: string, fits: (frame: Frame) => boolean])[] = [
  ['idle', named(/^\(idle\)$/)],
  ['garbage collection', named(/^\(garbage collector\)$/)],
  ['digest (BLAKE3)', at(/blake-hash|core\/shard\.js/)],
  ['erasure code', at(/wasm|core\/erasure|kernel-engine/)],
  ['seal and open (AES-GCM)', at(/core\/sealing|internal\/crypto\/cipher/)],
  ['certificates and signatures', at(/internal\/crypto\/(?:sig|keys|x509)|organizations\/dist/)],
  ['TLS', at(/_tls_wrap|internal\/tls|node:tls/)],
  ['files', at(/node:fs|internal\/fs|adapters\/file/)],
  ['SQLite', at(/node:sqlite|adapters\/sqlite/)],
  [
    'HTTP',
    at(
      /_http_|node:http|undici|fastify|@nestjs|light-my-request|application\/dist\/(?:http|door)\/|adapters\/https/,
    ),
  ],
  ['sockets and streams', at(/node:net|internal\/streams|stream_base|node:stream|node:internal\/webstreams/)],
  [
    'ledger and law',
    at(/network\/dist|chaincode\/dist|fabric-|protobuf|adapters\/fabric|reflect-metadata|winston|logform/),
  ],
  ['buffers', at(/node:buffer|internal\/buffer/)],
  ['gateway and provider code', at(/application\/dist/)],
  ['event loop', at(/node:events|internal\/(?:timers|process|async_hooks|event_target|abort)|node:timers/)],
];

/** How the time of a span divides, by the self time of functions: a table of the main thread, one of all others. */
export async function stagesOf(folder: string, title: string, span: Span): Promise<Stages[]> {
  const sums = { main: new Map<string, number>(), threads: new Map<string, number>() };
  for (const name of await readdir(folder)) {
    const profile = JSON.parse(await readFile(join(folder, name), 'utf8')) as Profile;
    addStages(isMain(name) ? sums.main : sums.threads, profile, span);
  }
  return [table(`${title}, main thread`, sums.main), table(`${title}, codec threads`, sums.threads)].filter(
    ({ rows }) => rows.length > 0,
  );
}

/** Node names a profile `CPU.date.time.pid.thread.sequence.cpuprofile`. */
const isMain = (name: string) => name.split('.')[4] === '0';

function addStages(sums: Map<string, number>, profile: Profile, { from, to }: Span): void {
  const stages = stagesOfNodes(profile);
  let now = profile.startTime;
  for (const [index, delta] of profile.timeDeltas.entries()) {
    now += delta;
    if (now < from || now > to) continue;
    const stage = stages.get(profile.samples[index] ?? 0) ?? 'other';
    sums.set(stage, (sums.get(stage) ?? 0) + delta / 1e6);
  }
}

function stagesOfNodes({ nodes }: Profile): Map<number, string> {
  const callers = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const own = new Map(nodes.map(({ id, callFrame }) => [id, stageOf(callFrame)]));
  const found = new Map<number, string>();
  for (const { id } of nodes) {
    let at: number | undefined = id;
    while (at !== undefined && own.get(at) === undefined) at = callers.get(at);
    found.set(id, (at === undefined ? undefined : own.get(at)) ?? 'other');
  }
  return found;
}

function stageOf(frame: Frame): string | undefined {
  return places.find(([, fits]) => fits(frame))?.[0];
}

function named(pattern: RegExp) {
  return ({ functionName }: Frame) => pattern.test(functionName);
}

function at(pattern: RegExp) {
  return ({ url }: Frame) => pattern.test(url);
}

function table(title: string, sums: ReadonlyMap<string, number>): Stages {
  const all = [...sums.values()].reduce((sum, seconds) => sum + seconds, 0);
  const rows = [...sums]
    .map(([stage, seconds]) => ({ stage, seconds, percent: (100 * seconds) / all }))
    .sort((a, b) => b.seconds - a.seconds)
    .filter(({ percent }) => percent >= 0.5);
  return { title, rows };
}
