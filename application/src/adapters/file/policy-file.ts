import { readFile } from 'node:fs/promises';
import {
  canonicalJson,
  decimal,
  identifier,
  type JsonValue,
  list,
  object,
  oneOf,
  optional,
  parseJson,
} from '@dstore/chaincode/domain';
import type { LeasePolicy } from '../../core/lease-policy.js';
import type { PolicyStore } from '../../ports/policy-store.js';
import { replaceFile } from './replace-file.js';

const format = 'dstore/v1/lease-policy';
const policyShape = object({
  maxPrice: decimal,
  minCollateralRate: decimal,
  termEpochs: decimal,
  capacityBytes: decimal,
  headroomBytes: decimal,
  budget: optional(decimal),
  auto: optional(oneOf('yes', 'no')),
});
const fileShape = object({
  format: oneOf(format),
  policy: optional(policyShape),
  avoid: optional(list(identifier, 100_000)),
});

/** What was put in force, without what never was: the settings say that. */
interface Said {
  readonly policy?: Omit<LeasePolicy, 'avoid'>;
  readonly avoid?: readonly string[];
}

/** A lease policy in a JSON file. While nobody put one in force, the one of the settings is, save what it avoids. */
export class PolicyFile implements PolicyStore {
  readonly #path: string;
  readonly #fromSettings: LeasePolicy;
  #said: Said;

  private constructor(path: string, fromSettings: LeasePolicy, said: Said) {
    this.#path = path;
    this.#fromSettings = fromSettings;
    this.#said = said;
  }

  /** Fails on a file that holds no policy. */
  static async open(path: string, fromSettings: LeasePolicy): Promise<PolicyFile> {
    const source = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return undefined;
    });
    return new PolicyFile(path, fromSettings, source === undefined ? {} : saidIn(path, source));
  }

  /** Whether a policy was put in force, so that the one of the settings does not count. */
  get overrides(): boolean {
    return this.#said.policy !== undefined;
  }

  read(): LeasePolicy {
    const { policy = this.#fromSettings, avoid } = this.#said;
    return { ...policy, ...(avoid === undefined ? {} : { avoid }) };
  }

  async write({ avoid, ...policy }: LeasePolicy): Promise<void> {
    await this.#keep({ policy, ...(avoid === undefined ? {} : { avoid }) });
  }

  async avoid(disks: readonly string[]): Promise<void> {
    await this.#keep({ ...this.#said, avoid: disks });
  }

  async #keep(said: Said): Promise<void> {
    await replaceFile(this.#path, `${canonicalJson({ format, ...jsonOf(said) })}\n`);
    this.#said = said;
  }
}

function jsonOf({ policy, avoid }: Said): Record<string, JsonValue> {
  const listed = avoid === undefined ? {} : { avoid: [...avoid] };
  if (policy === undefined) return listed;
  const { auto, ...amounts } = policy;
  return { ...listed, policy: { ...amounts, ...(auto === undefined ? {} : { auto: auto ? 'yes' : 'no' }) } };
}

function saidIn(path: string, source: string): Said {
  try {
    const { policy, avoid } = parseJson(fileShape, source);
    const listed = avoid === undefined ? {} : { avoid };
    if (policy === undefined) return listed;
    const { auto, ...rest } = policy;
    return { ...listed, policy: { ...rest, ...(auto === undefined ? {} : { auto: auto === 'yes' }) } };
  } catch (cause) {
    throw new Error(`${path} holds no lease policy; without the file that of the settings counts`, { cause });
  }
}
