import type { Dstore } from './dstore.js';

/** The most bytes that a process has resident while something goes on, looked at every 50 ms. */
export async function highest(dstore: Dstore, act: () => Promise<unknown>): Promise<number> {
  let most = dstore.residentBytes;
  const look = setInterval(() => (most = Math.max(most, dstore.residentBytes)), 50);
  await act().finally(() => clearInterval(look));
  return Math.max(most, dstore.residentBytes);
}
