import type { Context } from 'fabric-contract-api';
import {
  type Args,
  canonicalJson,
  formatRefusal,
  parseJson,
  Refusal,
  type Result,
  type Shape,
  type TransactionName,
  transactions,
} from '../domain/index.js';
import { Session } from './session.js';

/** Longest argument that is parsed at all, in UTF-16 units. */
const longestArgument = 256 * 1024;

/**
 * Runs one transaction of the law: reads the argument by its shape, lets `act` decide, and only then writes.
 * A refusal leaves the ledger as it was and travels as `code: message`.
 */
export async function transact<N extends TransactionName>(
  ctx: Context,
  name: N,
  argument: string,
  act: (session: Session, args: Args<N>) => Promise<Result<N>>,
): Promise<string> {
  return refusing(async () => {
    const args = readArgument(transactions[name].args as unknown as Shape<Args<N>>, argument);
    const session = new Session(ctx);
    const result = await act(session, args);
    await session.close();
    return canonicalJson(result);
  });
}

/** Parses an argument of bounded length. */
export function readArgument<T>(shape: Shape<T>, argument: unknown): T {
  if (typeof argument !== 'string')
    throw new Refusal('arguments-malformed', 'one argument is expected: a JSON object');
  if (argument.length > longestArgument)
    throw new Refusal('batch-too-large', `an argument has at most ${longestArgument} characters`);
  return parseJson(shape, argument);
}

/** Turns refusals into the text that clients read back. */
export async function refusing<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof Refusal ? new Error(formatRefusal(error)) : error;
  }
}
