import { digestShape } from '../ports/door-messages.js';
import type { Answer } from './answer.js';
import type { Call } from './call.js';
import type { DoorUseCases } from './door-use-cases.js';

/** `GET /v1/bundles/{digest}`: the proof bundle of that SHA-256, for whoever judges an audit again. */
export async function getBundle(useCases: Pick<DoorUseCases, 'readBundle'>, call: Call): Promise<Answer> {
  const body = await useCases.readBundle.run(digestShape(call.parts[0], '/digest'));
  const headers = { 'content-type': 'application/octet-stream', 'content-length': body.length };
  return { status: 200, headers, body };
}
