/** Proof bundles that a provider keeps for whoever judges its audits again. */
export interface Bundles {
  /** Keeps a bundle under its SHA-256 in hexadecimal; one that is kept already is harmless. */
  keep(epoch: bigint, digest: string, bundle: Uint8Array): Promise<void>;
  get(digest: string): Promise<Buffer | undefined>;
  /** Forgets those of epochs before this one. */
  prune(before: bigint): Promise<void>;
}
