import { type CallOptions, status } from '@grpc/grpc-js';
import type { common, gateway } from '@hyperledger/fabric-protos';
import type { Chain } from './chain.js';
import { chaincodeEvents, deliver } from './delivery.js';
import type { Gateway } from './gateway.js';
import { asServiceError, type GatewayClient, serviceError } from './grpc.js';

interface Message {
  serializeBinary(): Uint8Array;
}
type Deserialize = (bytes: Buffer) => unknown;
type Callback = (error: unknown, answer?: unknown) => void;

/**
 * A gRPC client whose server is this process: the object that `connect({ client })` of
 * @hyperledger/fabric-gateway takes. Messages pass as bytes, so neither side can touch what the other holds.
 */
export function gatewayClient(service: Gateway, chain: Chain): GatewayClient {
  const open = new Set<AbortController>();
  const track = () => {
    const controller = new AbortController();
    open.add(controller);
    return controller;
  };
  const stream = (deserialize: Deserialize, start: (signal: AbortSignal) => AsyncIterator<Message>) =>
    messageStream(deserialize, start, track(), (controller) => open.delete(controller));
  const client = {
    makeUnaryRequest(
      path: string,
      _serialize: unknown,
      deserialize: Deserialize,
      request: Message,
      options: CallOptions,
      callback: Callback,
    ) {
      const controller = track();
      unary(service, path, request, options, controller)
        .then((answer) => deserialize(Buffer.from(answer.serializeBinary())))
        .finally(() => open.delete(controller))
        .then(
          (answer) => callback(null, answer),
          (error: unknown) => callback(asServiceError(error)),
        );
    },
    makeServerStreamRequest(path: string, _serialize: unknown, deserialize: Deserialize, request: Message) {
      if (path !== '/gateway.Gateway/ChaincodeEvents') throw unserved(path);
      const signed = request as gateway.SignedChaincodeEventsRequest;
      return stream(deserialize, (signal) => chaincodeEvents(service, chain, signed, signal));
    },
    makeBidiStreamRequest(path: string, _serialize: unknown, deserialize: Deserialize) {
      if (!/^\/protos\.Deliver\/Deliver(?:Filtered)?$/.test(path)) throw unserved(path);
      const filtered = path.endsWith('Filtered');
      let answers: ReturnType<typeof stream> | undefined;
      return {
        write: (seek: common.Envelope) => {
          answers = stream(deserialize, (signal) => deliver(service, chain, seek, filtered, signal));
          return true;
        },
        [Symbol.asyncIterator]: () => {
          if (answers === undefined) throw serviceError(status.INVALID_ARGUMENT, 'no block was asked for');
          return answers[Symbol.asyncIterator]();
        },
        cancel: () => answers?.cancel(),
      };
    },
    close() {
      for (const controller of open)
        controller.abort(serviceError(status.CANCELLED, 'the client was closed'));
    },
  };
  return client as unknown as GatewayClient;
}

async function unary(
  service: Gateway,
  path: string,
  request: Message,
  options: CallOptions,
  controller: AbortController,
): Promise<Message> {
  const timer = deadline(options, controller);
  const ended = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason as Error));
  });
  try {
    return await Promise.race([dispatch(service, path, request, controller.signal), ended]);
  } finally {
    clearTimeout(timer);
  }
}

function dispatch(service: Gateway, path: string, request: Message, signal: AbortSignal): Promise<Message> {
  switch (path) {
    case '/gateway.Gateway/Evaluate':
      return service.evaluate(request as gateway.EvaluateRequest);
    case '/gateway.Gateway/Endorse':
      return service.endorse(request as gateway.EndorseRequest);
    case '/gateway.Gateway/Submit':
      return service.submit(request as gateway.SubmitRequest);
    case '/gateway.Gateway/CommitStatus':
      return service.commitStatus(request as gateway.SignedCommitStatusRequest, signal);
    default:
      throw unserved(path);
  }
}

function deadline({ deadline: at }: CallOptions, controller: AbortController): NodeJS.Timeout | undefined {
  if (at === undefined || at === Infinity) return undefined;
  const left = new Date(at).getTime() - Date.now();
  const end = () => controller.abort(serviceError(status.DEADLINE_EXCEEDED, 'Deadline exceeded'));
  return setTimeout(end, Math.min(Math.max(left, 0), 2 ** 31 - 1));
}

function unserved(path: string) {
  return serviceError(status.UNIMPLEMENTED, `${path} is not served`);
}

/** The part of a gRPC stream that the SDK uses: iteration, and cancelling it. */
function messageStream(
  deserialize: Deserialize,
  start: (signal: AbortSignal) => AsyncIterator<Message>,
  controller: AbortController,
  ended: (controller: AbortController) => void,
) {
  // A stream counts from when it was asked for, not from when somebody reads it.
  const source = begin(() => start(controller.signal));
  async function* messages() {
    try {
      for (let next = await source.next(); next.done !== true; next = await source.next())
        yield deserialize(Buffer.from(next.value.serializeBinary()));
    } catch (error) {
      throw asServiceError(error);
    } finally {
      ended(controller);
      await source.return?.();
    }
  }
  return {
    [Symbol.asyncIterator]: messages,
    cancel: () => controller.abort(serviceError(status.CANCELLED, 'Cancelled on client')),
  };
}

function begin(start: () => AsyncIterator<Message>): AsyncIterator<Message> {
  try {
    return start();
  } catch (error) {
    const refused = error instanceof Error ? error : new Error(String(error));
    return { next: () => Promise.reject(refused) };
  }
}
