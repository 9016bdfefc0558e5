import { channelCopyOf } from '@dstore/network/native/checks/channel-copy.js';
import assert from 'node:assert/strict';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const certificate = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n';
const crl = '-----BEGIN X509 CRL-----\nAA==\n-----END X509 CRL-----\n';
const msp = (lists: string[]) => ({
  values: {
    MSP: { value: { config: { root_certs: [base64(certificate)], revocation_list: lists.map(base64) } } },
  },
});
const block = (channel_group: unknown) => ({
  data: { data: [{ payload: { data: { config: { channel_group } } } }] },
});

describe("the channel's configuration", () => {
  it('gives certificates with their places, and lists of the revoked by organization', () => {
    const copy = channelCopyOf(
      block({
        groups: {
          Application: { groups: { Org1MSP: msp([crl, crl]) } },
          Orderer: {
            groups: { Org1MSP: msp([]) },
            values: {
              Orderers: { value: { consenter_mapping: [{ identity: base64(certificate), host: 'h' }] } },
            },
          },
        },
      }),
    );
    assert.deepEqual(
      copy.certificates.map(({ place }) => place),
      [
        'Application.Org1MSP.MSP.root_certs.0',
        'Orderer.Org1MSP.MSP.root_certs.0',
        'Orderer.Orderers.consenter_mapping.0.identity',
      ],
    );
    assert.deepEqual([...copy.revocations], [['Application.Org1MSP', [crl, crl]]]);
  });

  it('gives nothing of a block that holds none', () => {
    for (const other of [{}, block(undefined), block(null), { data: { data: [] } }])
      assert.deepEqual(channelCopyOf(other), { certificates: [], revocations: new Map() });
  });
});
