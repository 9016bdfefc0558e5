/** Unpredictable bytes: keys, salts, placement seeds, jitter. A simulator replaces it by a seeded stream. */
export interface Random {
  /** `count` fresh bytes. */
  bytes(count: number): Buffer;
}
