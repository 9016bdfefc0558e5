import type { GatewayClient } from './gateway-client.js';
import { Speaker } from './speaker.js';
import type { Terminal } from './terminal.js';

/** What every verb that speaks with a gateway works with. */
export class Session extends Speaker {
  readonly client: GatewayClient;

  constructor(client: GatewayClient, terminal: Terminal, json: boolean) {
    super(terminal, json);
    this.client = client;
  }
}
