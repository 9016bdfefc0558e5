import { type KeyObject } from 'node:crypto';
import { Agent, request } from 'node:https';

import { CaRefusal, type CaFlaw, type CaProofKind, CaUnreachable } from './ca-refusal.js';
import { signLowS } from './signer.js';

/** Where a CA listens and which root its own TLS certificate chains to. */
export interface CaAddress {
  readonly host: string;
  readonly port: number;
  /** Which CA of the server is meant. */
  readonly caName: string;
  /** PEM. */
  readonly tlsRoot: string;
}

/** Who signs a request: certificate as PEM with its key. */
export interface CaCaller {
  readonly certificate: string;
  readonly privateKey: KeyObject;
}

/** How a request shows who sends it: not at all, by id and secret, or by signature. */
export type CaProof = { readonly id: string; readonly secret: string } | CaCaller | undefined;

/** A request to a CA. */
export interface CaRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** From `/api/v1/` on, with its query. */
  readonly path: string;
  readonly payload?: unknown;
  /** What is asked for, after "refuses to". */
  readonly deed: string;
  readonly proof?: CaProof | undefined;
}

const patience = 15_000;
const mostBytes = 64 * 1024 * 1024;

/** Requests and answers of Fabric CA's REST interface. */
export class CaConnection {
  readonly #address: CaAddress;
  readonly #agent: Agent;

  constructor(address: CaAddress) {
    this.#address = address;
    this.#agent = new Agent({ ca: address.tlsRoot, keepAlive: true, minVersion: 'TLSv1.2' });
  }

  /** The `result` of an answer. Rejects with CaRefusal or CaUnreachable. */
  async ask(asked: CaRequest): Promise<unknown> {
    const body = asked.payload === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(asked.payload));
    const { status, text } = await this.#send(asked, body).catch((error: Error) => {
      throw new CaUnreachable(this.#address.caName, this.#where(), error);
    });
    const answer = parse(text);
    if (answer?.success === true) return answer.result;
    const flaws = answer?.errors ?? [{ code: 0, message: `no answer of a Fabric CA: ${text.slice(0, 200)}` }];
    throw new CaRefusal(this.#address.caName, asked.deed, kindOf(asked.proof), status, flaws);
  }

  close(): void {
    this.#agent.destroy();
  }

  #where(): string {
    return `https://${this.#address.host}:${this.#address.port}`;
  }

  #send({ method, path, proof }: CaRequest, body: Buffer): Promise<{ status: number; text: string }> {
    const { host, port } = this.#address;
    const headers = {
      'content-type': 'application/json',
      'content-length': body.length,
      ...(proof === undefined ? {} : { authorization: authorization(method, path, body, proof) }),
    };
    return new Promise((resolve, reject) => {
      const sent = request({ host, port, method, path, headers, agent: this.#agent, timeout: patience });
      sent.on('timeout', () => sent.destroy(new Error(`no answer within ${patience / 1000} s`)));
      sent.on('error', reject);
      sent.on('response', (response) => {
        const received: Buffer[] = [];
        let size = 0;
        response.on('data', (part: Buffer) => {
          size += part.length;
          if (size > mostBytes) response.destroy(new Error('the answer is too long'));
          received.push(part);
        });
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(received).toString('utf8') }),
        );
      });
      sent.end(body);
    });
  }
}

/**
 * What goes into the authorization header: HTTP Basic for a secret; for a certificate Fabric CA's own token,
 * `base64(certificate).base64(signature over method.base64(path).base64(body).base64(certificate))`.
 */
export function authorization(
  method: string,
  path: string,
  body: Uint8Array,
  proof: NonNullable<CaProof>,
): string {
  if ('secret' in proof) return `Basic ${base64(`${proof.id}:${proof.secret}`)}`;
  const certificate = base64(proof.certificate);
  const signed = `${method}.${base64(path)}.${base64(body)}.${certificate}`;
  return `${certificate}.${base64(signLowS(proof.privateKey, Buffer.from(signed)))}`;
}

function kindOf(proof: CaProof): CaProofKind {
  if (proof === undefined) return 'nothing';
  return 'secret' in proof ? 'secret' : 'certificate';
}

const base64 = (value: string | Uint8Array) => Buffer.from(value as string).toString('base64');

interface Answer {
  readonly success: boolean;
  readonly result: unknown;
  readonly errors?: readonly CaFlaw[];
}

function parse(text: string): Answer | undefined {
  try {
    return JSON.parse(text) as Answer;
  } catch {
    return undefined;
  }
}
