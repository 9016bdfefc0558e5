import { createHash, type Hash } from 'node:crypto';
import { type DigestName, digestNames } from '../core/delta.js';
import { Denial } from '../ports/fault.js';

/** Base64 digests that a body is announced with. */
export interface AnnouncedDigests {
  readonly sha256?: string;
  readonly sha512?: string;
}

interface Running {
  readonly name: DigestName;
  readonly hash: Hash;
  readonly announced: string | undefined;
}

/** Digests of a body while it passes: those that it came with, and those that its bucket keeps. */
export class BodyDigests {
  readonly #running: readonly Running[];
  #found: readonly string[] = [];

  constructor({ sha256, sha512 }: AnnouncedDigests = {}, kept: readonly DigestName[] = []) {
    const all = { 'sha-256': sha256, 'sha-512': sha512 };
    this.#running = digestNames
      .filter((name) => all[name] !== undefined || kept.includes(name))
      .map((name) => ({ name, hash: createHash(name.replace('-', '')), announced: all[name] }));
  }

  update(piece: Uint8Array): void {
    for (const { hash } of this.#running) hash.update(piece);
  }

  /** Once, at the end of the body. Denial `digest-mismatch`. */
  end(): void {
    this.#found = this.#running.map(({ name, hash, announced }) => {
      const digest = hash.digest('base64');
      if (announced !== undefined && digest !== announced)
        throw new Denial('digest-mismatch', 'the body has another digest than announced');
      return `${name}=:${digest}:`;
    });
  }

  /** The header that says them all (RFC 9530), where there are any; after the end. */
  headers(): Readonly<Record<string, string>> {
    return this.#found.length === 0 ? {} : { 'repr-digest': this.#found.join(', ') };
  }
}
