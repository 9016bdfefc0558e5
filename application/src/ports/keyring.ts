/** The keys of one vault. Nothing here leaves the owner's machine but wrapped. */
export interface Keyring {
  readonly vaultId: string;
  /** New object keys are wrapped under this generation; a rotation raises it. */
  readonly generation: number;
  /** 32 bytes, from which the keys of catalog entries are derived. */
  catalogKey(generation: number): Buffer;
  /** 32 bytes, from which the keys of structure entries are derived: the repair capability. */
  structureKey(generation: number): Buffer;
  /** A 32-byte object key, bound to vault and stream; opaque bytes. */
  wrap(sealId: Uint8Array, objectKey: Uint8Array): Buffer;
  /** The object key back; throws SealBroken for another vault or stream, a later generation, or damage. */
  unwrap(sealId: Uint8Array, wrapped: Uint8Array): Buffer;
}
