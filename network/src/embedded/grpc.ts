import { type Client, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { gateway, google } from '@hyperledger/fabric-protos';

/** What `connect({ client })` of @hyperledger/fabric-gateway takes. Of its methods only those the library calls work. */
export type GatewayClient = Client;

/** What an endorser said, as the gateway passes it on. */
export interface ErrorDetail {
  readonly mspId: string;
  readonly message: string;
}

/** An error as a gRPC client hands it out, with Fabric's details in its metadata. */
export function serviceError(
  code: status,
  message: string,
  details: readonly ErrorDetail[] = [],
): ServiceError {
  const metadata = new Metadata();
  if (details.length > 0) metadata.set('grpc-status-details-bin', encodeDetails(code, message, details));
  return Object.assign(new Error(`${code} ${status[code]}: ${message}`), {
    code,
    details: message,
    metadata,
  });
}

/** The error as it is when it is a ServiceError, or one of code UNKNOWN that carries its message. */
export function asServiceError(error: unknown): ServiceError {
  if (error instanceof Error && 'metadata' in error) return error as ServiceError;
  return serviceError(status.UNKNOWN, error instanceof Error ? error.message : String(error));
}

function encodeDetails(code: status, message: string, details: readonly ErrorDetail[]): Buffer {
  const whole = new google.rpc.Status();
  whole.setCode(code);
  whole.setMessage(message);
  for (const { mspId, message: said } of details) {
    const detail = new gateway.ErrorDetail();
    detail.setAddress(`embedded:${mspId}`);
    detail.setMspId(mspId);
    detail.setMessage(said);
    const any = whole.addDetails();
    any.setTypeUrl('type.googleapis.com/gateway.ErrorDetail');
    any.setValue(detail.serializeBinary());
  }
  return Buffer.from(whole.serializeBinary());
}
