import { join } from 'node:path';

import { holderFolder, type OrgSeat, tlsPaths } from './layout.js';

/** Name of the channel's profile in configtx.yaml. */
export const profile = 'Consortium';

/**
 * What configtxgen makes the genesis block from. SmartBFT among all organizations; every change needs a majority of
 * their admins, every transaction a majority of their peers.
 */
export function channelConfig(seats: readonly OrgSeat[]): object {
  const organizations = seats.map(organization);
  return {
    Profiles: {
      [profile]: {
        Capabilities: { V3_0: true },
        Policies: policies(),
        Orderer: {
          OrdererType: 'BFT',
          ...batches,
          Capabilities: { V2_0: true },
          Policies: { ...policies(), BlockValidation: implicitly('ANY', 'Writers') },
          SmartBFT: smartBft,
          ConsenterMapping: seats.map(consenter),
          Organizations: organizations,
        },
        Application: {
          Capabilities: { V2_5: true },
          Policies: {
            ...policies(),
            LifecycleEndorsement: implicitly('MAJORITY', 'Endorsement'),
            Endorsement: implicitly('MAJORITY', 'Endorsement'),
          },
          Organizations: organizations,
        },
      },
    },
  };
}

/** A block is cut when it is full, or this long after its first transaction. */
const batches = {
  BatchTimeout: '250ms',
  BatchSize: { MaxMessageCount: 200, AbsoluteMaxBytes: '10 MB', PreferredMaxBytes: '2 MB' },
};

/**
 * Few large blocks: an orderer that is two blocks behind synchronizes, and SmartBFT 1.0.1 may hang for good when a
 * decision meets that (https://github.com/hyperledger-labs/SmartBFT/pull/681). With 50 ms a loaded machine did so.
 * Forward <= complain <= remove, or SmartBFT refuses them; with these a lost leader costs about 5 s.
 */
const smartBft = {
  RequestBatchMaxInterval: '200ms',
  RequestForwardTimeout: '2s',
  RequestComplainTimeout: '5s',
  RequestAutoRemoveTimeout: '1m',
  ViewChangeResendInterval: '2s',
  ViewChangeTimeout: '10s',
  LeaderHeartbeatTimeout: '5s',
  LeaderHeartbeatCount: 10,
  CollectTimeout: '500ms',
  // See SENDBUFFERSIZE of orderers: a lost message costs a synchronization.
  IncomingMessageBufferSize: 5_000,
  RequestPoolSize: 10_000,
};

function organization(seat: OrgSeat): object {
  const signed = (role: string) => ({ Type: 'Signature', Rule: `OR('${seat.mspId}.${role}')` });
  return {
    Name: seat.mspId,
    ID: seat.mspId,
    MSPDir: seat.msp,
    Policies: {
      Readers: signed('member'),
      Writers: signed('member'),
      Admins: signed('admin'),
      Endorsement: signed('peer'),
    },
    OrdererEndpoints: [`localhost:${seat.ports.orderer}`],
    AnchorPeers: [{ Host: 'localhost', Port: seat.ports.peer }],
  };
}

function consenter(seat: OrgSeat, at: number): object {
  const tls = tlsPaths(seat, 'orderer').certificate;
  return {
    ID: at + 1,
    Host: 'localhost',
    Port: seat.ports.orderer,
    MSPID: seat.mspId,
    Identity: join(holderFolder(seat, 'orderer'), 'msp', 'signcerts', 'certificate.pem'),
    ClientTLSCert: tls,
    ServerTLSCert: tls,
  };
}

function policies(): object {
  return {
    Readers: implicitly('ANY', 'Readers'),
    Writers: implicitly('ANY', 'Writers'),
    Admins: implicitly('MAJORITY', 'Admins'),
  };
}

function implicitly(rule: string, policy: string): object {
  return { Type: 'ImplicitMeta', Rule: `${rule} ${policy}` };
}
