import { deriveKey, unwrapKey, wrapKey, wrappedBytes } from './keys.js';
import { SealBroken } from './sealing.js';

/**
 * The keys of one vault, from its master key. What it wraps begins with the generation (u32), so that keys which were
 * wrapped before a rotation still open.
 */
export class VaultKeys {
  readonly vaultId: string;
  readonly generation: number;
  readonly #master: Uint8Array;
  readonly #wrapping = new Map<number, Buffer>();

  constructor(master: Uint8Array, vaultId: string, generation: number) {
    this.#master = Buffer.from(master);
    this.vaultId = vaultId;
    this.generation = generation;
    this.#wrappingKey(generation);
  }

  catalogKey(generation: number): Buffer {
    return deriveKey(this.#master, 'catalog', this.vaultId, generation);
  }

  structureKey(generation: number): Buffer {
    return deriveKey(this.#master, 'structure', this.vaultId, generation);
  }

  wrap(sealId: Uint8Array, objectKey: Uint8Array): Buffer {
    const prefix = Buffer.alloc(prefixBytes);
    prefix.writeUInt32BE(this.generation);
    return Buffer.concat([
      prefix,
      wrapKey(this.#wrappingKey(this.generation), this.vaultId, sealId, objectKey),
    ]);
  }

  unwrap(sealId: Uint8Array, wrapped: Uint8Array): Buffer {
    if (wrapped.length !== prefixBytes + wrappedBytes) throw new SealBroken('that is no wrapped key');
    const generation = Buffer.from(wrapped.subarray(0, prefixBytes)).readUInt32BE();
    if (generation > this.generation)
      throw new SealBroken(`keys of generation ${generation} are not known here`);
    return unwrapKey(this.#wrappingKey(generation), this.vaultId, sealId, wrapped.subarray(prefixBytes));
  }

  #wrappingKey(generation: number): Buffer {
    const known = this.#wrapping.get(generation) ?? deriveKey(this.#master, 'wrap', this.vaultId, generation);
    this.#wrapping.set(generation, known);
    return known;
  }
}

const prefixBytes = 4;
