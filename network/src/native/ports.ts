import { connect } from 'node:net';

/** What an organization listens on, all on loopback, from its base port on. */
export interface Ports {
  readonly ca: number;
  readonly caOperations: number;
  readonly orderer: number;
  readonly ordererAdmin: number;
  readonly ordererOperations: number;
  readonly peer: number;
  readonly peerChaincode: number;
  readonly peerOperations: number;
  /** First of ten for chaincode servers. */
  readonly chaincode: number;
  /** First of three for each of up to ten Kubo daemons: swarm, RPC, gateway. */
  readonly kubo: number;
  /** First of twenty for shard doors. */
  readonly door: number;
  /** REST. */
  readonly http: number;
}

/** The block of ports that starts at `base`. */
export function portsFrom(base: number): Ports {
  return {
    ca: base,
    caOperations: base + 1,
    orderer: base + 10,
    ordererAdmin: base + 11,
    ordererOperations: base + 12,
    peer: base + 20,
    peerChaincode: base + 21,
    peerOperations: base + 22,
    chaincode: base + 30,
    kubo: base + 40,
    door: base + 70,
    http: base + 90,
  };
}

/** Whether somebody listens on a port of this machine. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('connect', () => end(true)).on('error', () => end(false));
    socket.setTimeout(1_000, () => end(false));
  });
}
