import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Connections of a server, so that closing need not wait for silent ones. The server's own `closeIdleConnections` leaves
 * alone those that never sent a request, such as browsers open in advance.
 */
export class Connections {
  readonly #open = new Map<Socket, number>();
  #closing = false;

  watch(server: Server): void {
    server.on('connection', (socket: Socket) => {
      this.#open.set(socket, 0);
      socket.once('close', () => this.#open.delete(socket));
    });
    server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
      this.#count(socket, 1);
      response.once('close', () => this.#count(socket, -1));
    });
  }

  /** Closes those without a request now, the others as soon as theirs are answered. */
  close(): void {
    this.#closing = true;
    for (const socket of this.#open.keys()) this.#count(socket, 0);
  }

  #count(socket: Socket, change: number): void {
    const requests = (this.#open.get(socket) ?? 0) + change;
    if (this.#open.has(socket)) this.#open.set(socket, requests);
    if (this.#closing && requests === 0) socket.destroySoon();
  }
}
