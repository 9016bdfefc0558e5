/** Where an organization keeps the secrets behind its anchors; who loses one can only anchor anew. */
export interface BeaconSecrets {
  /** The secret whose chain ends in the anchor (hexadecimal), or undefined when it is not here. */
  get(anchor: string): Promise<Buffer | undefined>;
  /** Durable when it resolves; putting one twice is harmless. */
  put(anchor: string, secret: Uint8Array): Promise<void>;
}
