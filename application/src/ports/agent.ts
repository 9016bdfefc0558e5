/** A disk's agent, as far as it signs. */
export interface Agent {
  /** ECDSA P-256 over SHA-256 of the message: DER with low S. */
  sign(message: Uint8Array): Promise<Buffer>;
}
