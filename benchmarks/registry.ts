/** A benchmark: a file of the same name, one claim, run in a process of its own so that none warms or litters another. */
export interface Benchmark {
  readonly name: string;
  /** What it needs beside Node: nothing, or servers of others that `npm run bench:peers` fetches and builds. */
  readonly needs: 'node' | 'peers';
  /** False for one that waits for epochs to pass, and is no part of `--smoke`. */
  readonly smoke?: false;
}

/** Every benchmark, in the order of the page. */
export const benchmarks: readonly Benchmark[] = [
  { name: 'codec', needs: 'node' },
  { name: 'put-get', needs: 'node' },
  { name: 'catalog', needs: 'node' },
  { name: 'range', needs: 'node' },
  { name: 'streams', needs: 'node' },
  { name: 'large-object', needs: 'node' },
  { name: 'small-objects', needs: 'node' },
  { name: 'audit', needs: 'node' },
  { name: 'repair', needs: 'node', smoke: false },
  { name: 'growth', needs: 'node' },
  { name: 'reopen', needs: 'node' },
  { name: 'minio', needs: 'peers' },
  { name: 'tahoe', needs: 'peers' },
  { name: 'kubo', needs: 'peers' },
  { name: 'network', needs: 'peers' },
];
