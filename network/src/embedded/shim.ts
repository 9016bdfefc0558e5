import 'reflect-metadata';
import { JSONSerializer, type Contract } from 'fabric-contract-api';
import { createRequire } from 'node:module';
import type { peer } from '@hyperledger/fabric-protos';
import type { Simulation } from './simulation.js';

// The only file that reaches into fabric-shim; a test says when these paths or their shapes move.
const require = createRequire(import.meta.url);

/** A class of contracts, as chaincode packages export them. */
export type ContractClass = new () => Contract;

/** What an invocation answered. A status of 400 or more is a failure, `message` says which. */
export interface Invocation {
  readonly status: number;
  readonly message: string;
  readonly payload: Uint8Array;
  readonly event: { readonly name: string; readonly payload: Uint8Array } | undefined;
}

interface ShimEvent {
  getEventName(): string;
  getPayload_asU8(): Uint8Array;
}
interface Stub {
  readonly chaincodeEvent?: ShimEvent;
}
type StubClass = new (
  handler: Simulation,
  channel: string,
  txId: string,
  input: { getArgsList_asU8(): Uint8Array[] },
  signedProposal: peer.SignedProposal,
) => Stub;
interface Dispatcher {
  Invoke(stub: Stub): Promise<{ status: number; message?: string; payload?: Uint8Array }>;
}
type DispatcherClass = new (
  contracts: ContractClass[],
  serializers: { transaction: string; serializers: Record<string, unknown> },
  metadata: object,
  title: string,
  version: string,
) => Dispatcher;
interface Logger {
  silent: boolean;
  readonly transports: { silent: boolean }[];
  readonly exceptions: { unhandle(): void };
}

interface Loggers {
  getLogger: (name: string) => Logger;
}

silence('fabric-contract-api/lib/logger.js');
silence('fabric-shim/lib/logger.js');
const ChaincodeStub = require('fabric-shim/lib/stub.js') as StubClass;
const ChaincodeFromContract =
  require('fabric-shim/lib/contract-spi/chaincodefromcontract.js') as DispatcherClass;

/** One endorser's contracts behind fabric-shim's own dispatch. */
export class ContractRunner {
  readonly #dispatcher: Dispatcher;

  constructor(contracts: readonly ContractClass[], title: string, version: string) {
    const serializers = { transaction: 'json', serializers: { json: JSONSerializer } };
    this.#dispatcher = new ChaincodeFromContract([...contracts], serializers, {}, title, version);
  }

  /** Runs one call; whatever a contract throws comes back as a status. */
  async run(
    simulation: Simulation,
    call: { channel: string; txId: string; args: Uint8Array[]; signedProposal: peer.SignedProposal },
  ): Promise<Invocation> {
    const input = { getArgsList_asU8: () => call.args };
    const stub = new ChaincodeStub(simulation, call.channel, call.txId, input, call.signedProposal);
    const { status, message = '', payload = new Uint8Array() } = await this.#dispatcher.Invoke(stub);
    const event = stub.chaincodeEvent;
    return {
      status,
      message,
      payload,
      event: event && { name: event.getEventName(), payload: event.getPayload_asU8() },
    };
  }
}

/**
 * A chaincode process prints what goes wrong and swallows stray errors; inside somebody else's process it may not.
 * All named loggers share one transport, the one called `_` has its own and catches exceptions. Loggers format
 * each message, whatever its level, before a transport drops it: those made from now on are silent altogether.
 */
function silence(path: string): void {
  const loggers = require(path) as Loggers;
  const { getLogger } = loggers;
  for (const name of ['_', 'embedded'])
    for (const transport of getLogger(name).transports) transport.silent = true;
  getLogger('_').exceptions.unhandle();
  loggers.getLogger = (name) => Object.assign(getLogger(name), { silent: true });
  for (const listener of process.listeners('unhandledRejection'))
    if (listener.name === 'loggerUnhandledRejectionFn') process.off('unhandledRejection', listener);
}
