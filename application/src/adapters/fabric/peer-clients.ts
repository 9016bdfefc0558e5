import {
  type CallOptions,
  Client,
  connectivityState,
  credentials,
  type requestCallback,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import type { ConnectOptions } from '@hyperledger/fabric-gateway';
import { createHash, X509Certificate } from 'node:crypto';

/** A peer whose gateway may be asked. */
export interface PeerAddress {
  /** `host:port`; the host stands in the peer's TLS certificate. */
  readonly address: string;
  /** PEM root of its TLS certificate. */
  readonly tlsRoot: string;
}

interface Seat {
  readonly client: Client;
  failures: number;
  /** Milliseconds since 1970 until which others are asked first. */
  restsUntil: number;
}

type Serialize<Q> = (request: Q) => Buffer;
type Deserialize<A> = (bytes: Buffer) => A;

/** Blocks and rows may be longer than the 4 MiB that grpc-js takes by default. */
const mostBytes = 100 * 1024 * 1024;
const channelOptions = {
  'grpc.max_receive_message_length': mostBytes,
  'grpc.max_reconnect_backoff_ms': 2_000,
};
/** How long a peer that did not answer is asked last, milliseconds; doubled while it goes on, up to the longest. */
const firstRest = 2_000;
const longestRest = 30_000;

/**
 * One gRPC client over the gateways of several peers, in order of preference, over mutual TLS. A call that is answered
 * with UNAVAILABLE goes to the next: every call of the gateway may be sent twice, a transaction is known by its id. A peer
 * that can't be reached, or lets a deadline pass, is asked last for a while. Close it after use.
 */
export class PeerClients {
  /** SHA-256 of the client's certificate, as `connect` takes it. */
  readonly certificateHash: Buffer;
  readonly #seats: readonly Seat[];

  /** `tls`: the client's certificate and key, PEM. */
  constructor(
    peers: readonly PeerAddress[],
    tls: { readonly certificate: string; readonly privateKey: string },
  ) {
    if (peers.length === 0) throw new RangeError('a ledger has at least one peer');
    const [chain, key] = [Buffer.from(tls.certificate), Buffer.from(tls.privateKey)];
    this.certificateHash = createHash('sha256').update(new X509Certificate(tls.certificate).raw).digest();
    this.#seats = peers.map(({ address, tlsRoot }) => ({
      client: new Client(address, credentials.createSsl(Buffer.from(tlsRoot), key, chain), channelOptions),
      failures: 0,
      restsUntil: 0,
    }));
  }

  /** What `connect` of the gateway library takes: it calls these methods only. */
  get client(): ConnectOptions['client'] {
    return this as unknown as ConnectOptions['client'];
  }

  makeUnaryRequest<Q, A>(
    method: string,
    serialize: Serialize<Q>,
    deserialize: Deserialize<A>,
    request: Q,
    options: CallOptions,
    callback: requestCallback<A>,
  ): void {
    const untried = this.#inOrder();
    const attempt = (seat: Seat) =>
      seat.client.makeUnaryRequest(method, serialize, deserialize, request, options, (error, answer) => {
        note(seat, error);
        const next = error?.code === status.UNAVAILABLE ? untried.shift() : undefined;
        if (next === undefined) callback(error, answer);
        else attempt(next);
      });
    attempt(untried.shift() as Seat);
  }

  makeServerStreamRequest<Q, A>(
    method: string,
    serialize: Serialize<Q>,
    deserialize: Deserialize<A>,
    request: Q,
    options: CallOptions,
  ) {
    const [seat] = this.#inOrder() as [Seat];
    const stream = seat.client.makeServerStreamRequest(method, serialize, deserialize, request, options);
    stream.on('error', (error: ServiceError) => note(seat, error));
    return stream;
  }

  makeBidiStreamRequest<Q, A>(
    method: string,
    serialize: Serialize<Q>,
    deserialize: Deserialize<A>,
    options: CallOptions,
  ) {
    const [seat] = this.#inOrder() as [Seat];
    const stream = seat.client.makeBidiStreamRequest(method, serialize, deserialize, options);
    stream.on('error', (error: ServiceError) => note(seat, error));
    return stream;
  }

  close(): void {
    for (const { client } of this.#seats) client.close();
  }

  /** Who is awake in order of preference, then who has rested longest. */
  #inOrder(): Seat[] {
    const now = Date.now();
    const until = ({ restsUntil }: Seat) => Math.max(restsUntil, now);
    return [...this.#seats].sort((one, other) => until(one) - until(other));
  }
}

/** Lets a peer rest that is not there; one that answers, whatever it says, is. */
function note(seat: Seat, error: ServiceError | null): void {
  if (error === null || !isSilence(seat, error)) {
    seat.failures = 0;
    return;
  }
  seat.restsUntil = Date.now() + Math.min(longestRest, firstRest * 2 ** Math.min(seat.failures, 10));
  seat.failures += 1;
}

function isSilence({ client }: Seat, { code }: ServiceError): boolean {
  if (code === status.DEADLINE_EXCEEDED) return true;
  return (
    code === status.UNAVAILABLE && client.getChannel().getConnectivityState(false) !== connectivityState.READY
  );
}
