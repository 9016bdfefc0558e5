import { canonicalJson, type Content, decimal, type Entry } from '@dstore/chaincode/domain';
import { discardShape, mostRequestBytes, receiptRequestShape } from '../ports/door-messages.js';
import { Denial } from '../ports/fault.js';
import { type Answer, done, jsonAnswer } from './answer.js';
import { type BodyBounds, readMessage } from './body.js';
import { type Call, digestIn, leaseIdIn } from './call.js';
import type { DoorUseCases } from './door-use-cases.js';

/** Entries that are written at once: a vector of a million must not stand in memory as text. */
const entriesAtOnce = 1000;

/** `POST /v1/leases/{leaseId}/contents`: changes, the content they lead to and a last epoch, for a receipt. */
export async function signReceipt(useCases: Pick<DoorUseCases, 'signReceipt'>, call: Call): Promise<Answer> {
  const leaseId = leaseIdIn(call);
  const request = await readMessage(call.request, call.response, receiptRequestShape, boundsOf(call));
  const receipt = await useCases.signReceipt.run(call.caller, { leaseId, ...request });
  return jsonAnswer(canonicalJson({ receipt }));
}

/** `GET /v1/leases/{leaseId}/contents?revision=`: an owner reads its vector back. */
export async function readContents(
  useCases: Pick<DoorUseCases, 'readContents'>,
  call: Call,
): Promise<Answer> {
  const { content, entries } = await useCases.readContents.run(
    call.caller,
    leaseIdIn(call),
    revisionIn(call.query),
  );
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: contentsText(content, entries),
  };
}

/** `POST /v1/leases/{leaseId}/discards`: gives up shards that no receipt covers. */
export async function discardShards(
  useCases: Pick<DoorUseCases, 'discardShards'>,
  call: Call,
): Promise<Answer> {
  const leaseId = leaseIdIn(call);
  const { shards } = await readMessage(call.request, call.response, discardShape, boundsOf(call));
  await useCases.discardShards.run(call.caller, leaseId, shards?.map(digestIn));
  return done;
}

/** `GET /v1/disk`: what the disk says of itself. */
export async function describeDisk(useCases: Pick<DoorUseCases, 'describeDisk'>): Promise<Answer> {
  return jsonAnswer(canonicalJson({ ...(await useCases.describeDisk.run()) }));
}

function boundsOf({ silenceMs }: Call): BodyBounds {
  return { least: 2, most: mostRequestBytes, tooLarge: 'body-too-large', silenceMs };
}

function revisionIn(query: string): bigint | undefined {
  if (query === '') return undefined;
  const [name, ...values] = query.split('=');
  if (name !== 'revision' || values.length !== 1)
    throw new Denial('request-malformed', 'the query may name one revision');
  return decimal(values[0], '/revision');
}

function* contentsText(content: Content, entries: readonly Entry[]): Generator<string> {
  yield `{"content":${canonicalJson(content)},"entries":[`;
  for (let from = 0; from < entries.length; from += entriesAtOnce) {
    const some = entries.slice(from, from + entriesAtOnce).map((entry) => canonicalJson(entry));
    yield `${from === 0 ? '' : ','}${some.join(',')}`;
  }
  yield ']}';
}
