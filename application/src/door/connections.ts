import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:https';
import type { Socket } from 'node:net';

/** Connections of the door, so that closing waits neither for silent ones nor for handshakes that never end. */
export class Connections {
  readonly #shaking = new Map<string, Socket>();
  readonly #open = new Map<Socket, number>();
  #closing = false;

  watch(server: Server): void {
    server.on('connection', (socket: Socket) => {
      const name = nameOf(socket);
      this.#shaking.set(name, socket);
      socket.once('close', () => this.#shaking.delete(name));
    });
    server.on('secureConnection', (socket) => {
      this.#shaking.delete(nameOf(socket));
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
    for (const socket of this.#shaking.values()) socket.destroy();
    for (const socket of this.#open.keys()) this.#count(socket, 0);
  }

  /** Breaks whatever is left. */
  destroy(): void {
    for (const socket of this.#open.keys()) socket.destroy();
  }

  #count(socket: Socket, change: number): void {
    const requests = (this.#open.get(socket) ?? 0) + change;
    if (this.#open.has(socket)) this.#open.set(socket, requests);
    if (this.#closing && requests === 0) socket.destroySoon();
  }
}

function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
