import type { ChunkProof } from './blake3.js';
import { insist } from './refusal.js';
import type { Entry } from './rows.js';
import { limits } from './transactions.js';

/** Answer to one draw: the entry that stands at the drawn index, its path in the vector, and the drawn chunk of it. */
export interface Answer {
  readonly entry: Entry;
  readonly path: readonly Uint8Array[];
  readonly proof: ChunkProof;
}

/** Proof that a lost shard is back: where it stands now, and the chunk drawn for it. */
export interface Cure extends Answer {
  readonly index: number;
}

/** What a provider shows for one lease in an epoch. */
export interface LeaseProof {
  readonly leaseId: string;
  readonly answers: readonly Answer[];
  readonly cures: readonly Cure[];
}

const magic = Buffer.from('DSP1', 'latin1');
const mostAnswers = 200;
const mostCures = 64;
const mostNodes = 48;

/**
 * Bundle of many leases' proofs, big-endian: "DSP1", u8 leases, then per lease id[16], u8 answers, u8 cures, the
 * answers, the cures. An answer is digest[32], u32 size, u8 nodes, nodes[32 each], u16 chunk length, chunk, u8 values,
 * values[32 each]; a cure has the u32 index before it.
 */
export function encodeBundle(proofs: readonly LeaseProof[]): Buffer {
  return Buffer.concat([magic, u8(proofs.length), ...proofs.flatMap(leaseParts)]);
}

function leaseParts(proof: LeaseProof): Uint8Array[] {
  return [
    Buffer.from(proof.leaseId, 'hex'),
    u8(proof.answers.length),
    u8(proof.cures.length),
    ...proof.answers.flatMap(answerParts),
    ...proof.cures.flatMap((cure) => [u32(cure.index), ...answerParts(cure)]),
  ];
}

function answerParts({ entry, path, proof }: Answer): Uint8Array[] {
  const nodes = [u8(path.length), ...path];
  const values = [u8(proof.path.length), ...proof.path];
  return [
    Buffer.from(entry.digest, 'hex'),
    u32(entry.size),
    ...nodes,
    u16(proof.chunk.length),
    proof.chunk,
    ...values,
  ];
}

/** Reads a bundle; whatever is not exactly one is `arguments-malformed` or `batch-too-large`, before anything is hashed. */
export function parseBundle(bytes: Uint8Array): LeaseProof[] {
  insist(
    bytes.length <= limits.transientBytes,
    'batch-too-large',
    `a bundle has at most ${limits.transientBytes} bytes`,
  );
  const reader = new Reader(bytes);
  insist(reader.take(4).equals(magic), 'arguments-malformed', 'not a bundle of proofs');
  const count = reader.u8();
  insist(
    count >= 1 && count <= limits.leasesPerBatch,
    'batch-too-large',
    `a bundle holds 1 to ${limits.leasesPerBatch} leases`,
  );
  const proofs = Array.from({ length: count }, () => readLease(reader));
  insist(reader.left === 0, 'arguments-malformed', 'the bundle has bytes left over');
  insist(
    new Set(proofs.map((proof) => proof.leaseId)).size === count,
    'arguments-malformed',
    'a lease stands twice in the bundle',
  );
  return proofs;
}

function readLease(reader: Reader): LeaseProof {
  const leaseId = reader.take(16).toString('hex');
  const answers = reader.upTo(mostAnswers);
  const cures = reader.upTo(mostCures);
  return {
    leaseId,
    answers: Array.from({ length: answers }, () => readAnswer(reader)),
    cures: Array.from({ length: cures }, () => ({ index: reader.u32(), ...readAnswer(reader) })),
  };
}

function readAnswer(reader: Reader): Answer {
  const entry = { digest: reader.take(32).toString('hex'), size: reader.u32() };
  const path = reader.nodes();
  const length = reader.u16();
  insist(length <= 1024, 'arguments-malformed', 'a chunk has at most 1024 bytes');
  return { entry, path, proof: { chunk: reader.take(length), path: reader.nodes() } };
}

/** Reads a buffer from front to back; refuses to read past its end. */
class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  take(length: number): Buffer {
    insist(length <= this.left, 'arguments-malformed', 'the bundle ends too early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  u8(): number {
    return this.take(1).readUInt8();
  }

  u16(): number {
    return this.take(2).readUInt16BE();
  }

  u32(): number {
    return this.take(4).readUInt32BE();
  }

  upTo(max: number): number {
    const count = this.u8();
    insist(count <= max, 'arguments-malformed', `at most ${max} here`);
    return count;
  }

  nodes(): Buffer[] {
    return Array.from({ length: this.upTo(mostNodes) }, () => this.take(32));
  }
}

function u8(value: number): Buffer {
  return Buffer.of(value);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
